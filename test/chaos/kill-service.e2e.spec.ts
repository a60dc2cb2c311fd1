import { ApiClient, type AppName, type Stack, startStack } from '@isthmus/testing';
import { busy, expectAllWell, submitLoad } from './chaos-load';

/** F1: a service is killed with -9 in the middle of its work; every operation still ends, once, and nothing leaks. */
describe.each<AppName>(['network-svc', 'ipam-svc'])('kill -9 of %s in mid-operation', (app) => {
  let stack: Stack;
  let client: ApiClient;

  beforeAll(async () => {
    const env = { FABRIC_LATENCY_MS: '150', OPERATION_LEASE_MS: '1500', SETTLE_WINDOW_MS: '0' };
    stack = await startStack({ env });
    client = ApiClient.of(stack);
  });

  afterAll(() => stack.stop());

  it('loses no operation, three times over', async () => {
    for (let round = 0; round < 3; round++) {
      const operations = await submitLoad(client, 30, 30);
      await busy(stack, 10);
      const victim = stack.processes(app).at(-1);
      await victim?.signal('SIGKILL');
      await stack.start(app);
      await expectAllWell(stack, client, operations);
    }
  });

  it('is finished by the other replica when the dead one stays dead', async () => {
    const other = await stack.start(app);
    const operations = await submitLoad(client, 30, 30);
    await busy(stack, 10);
    const victims = stack.processes(app).filter((service) => service !== other);
    await Promise.all(victims.map((victim) => victim.signal('SIGKILL')));
    await expectAllWell(stack, client, operations);
  });
});
