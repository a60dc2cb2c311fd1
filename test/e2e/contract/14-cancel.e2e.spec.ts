import { randomUUID } from 'node:crypto';
import { ApiClient, startStack, type Stack, violations } from '@isthmus/testing';
import {
  detailsOf,
  holdWork,
  MANAGED,
  NETWORKS,
  type Operation,
  strangerTo,
  submitHeld,
  untilOperation,
} from './operations';

const INTERRUPTED = { state: 'failure', reason: 'interrupted', code: 'interrupted', direction: 'undo' };
const FAULT = { call: 'ensureNetwork', networkName: 'away', code: 'unavailable', message: 'The fabric is away.' };

describe('14: what can be cancelled is undone and ends as interrupted', () => {
  let stack: Stack;
  let client: ApiClient;
  let other: ApiClient;

  beforeAll(async () => {
    const env = { SETTLE_WINDOW_MS: '100', FABRIC_LATENCY_MS: '1000', OPERATION_LEASE_MS: '3000' };
    stack = await startStack({ gateways: 2, replicas: 2, env: { ...env, FABRIC_FAULTS: JSON.stringify([FAULT]) } });
    client = ApiClient.of(stack, 0);
    other = ApiClient.of(stack, 1);
  }, 60_000);
  afterAll(() => stack.stop());

  const cancel = (id: string, by = client) => by.send<Operation>('POST', `/v1/operations/${id}/cancel`);
  const ended = async (id: string): Promise<Operation> => {
    await client.ended(id);
    return detailsOf(client, id);
  };
  const expectNothingLeft = async (networkId: string): Promise<void> => {
    expect((await client.send('GET', `${NETWORKS}/${networkId}`)).status).toBe(404);
    expect(await violations(stack.database)).toEqual([]);
  };

  it('in the middle of a step, asked of another gateway', async () => {
    const { id, reference } = await client.submit('POST', NETWORKS, { name: 'halfway', ...MANAGED });
    const seen = await untilOperation(client, id, 'is halfway', ({ steps }) => steps[0]?.state === 'done');
    expect(seen.isCancellable).toBe(true);
    const { status, body } = await cancel(id, other);
    expect([status, body.state, body.isCancellable]).toEqual([202, 'pending', false]);
    expect(await ended(id)).toMatchObject({ ...INTERRUPTED, message: expect.stringContaining('cancelled') });
    await expectNothingLeft(reference.id);
  });

  it('before it has begun, and while it waits for another service', async () => {
    const release = await holdWork(stack);
    const { id, reference } = await submitHeld(client, 'waiting');
    expect((await cancel(id)).status).toBe(202);
    // Asking again changes nothing.
    expect((await cancel(id, other)).status).toBe(202);
    await release();
    expect(await ended(id)).toMatchObject(INTERRUPTED);
    await expectNothingLeft(reference.id);
  });

  it('while it backs off', async () => {
    const { id, reference } = await client.submit('POST', NETWORKS, { name: 'away', ...MANAGED });
    await untilOperation(client, id, 'was put off', ({ steps }) => (steps[1]?.attempt ?? 0) >= 2);
    expect((await cancel(id)).status).toBe(202);
    expect(await ended(id)).toMatchObject(INTERRUPTED);
    await expectNothingLeft(reference.id);
  });

  it('when the worker dies after the request', async () => {
    const { id, reference } = await client.submit('POST', NETWORKS, { name: 'widowed', ...MANAGED });
    const services = stack.processes('network-svc');
    for (const service of services) await service.signal('SIGSTOP');
    expect((await cancel(id)).status).toBe(202);
    for (const service of services) await service.signal('SIGKILL');
    await stack.start('network-svc');
    expect(await ended(id)).toMatchObject(INTERRUPTED);
    await expectNothingLeft(reference.id);
  });

  it('whenever it comes, it is granted and interrupts, or is refused and changes nothing', async () => {
    const operations = await Promise.all(
      Array.from({ length: 30 }, (_, n) => client.submit('POST', NETWORKS, { name: `raced-${n}`, ...MANAGED })),
    );
    const statuses = await Promise.all(
      operations.map(async ({ id }, n) => {
        // Spread over the whole life of the operations: each is asked once it has come so far, a third of them too late.
        const progress = [0, 50, 99][n % 3] as number;
        await untilOperation(client, id, 'has come so far', (seen) => seen.progressPercent >= Math.min(progress, 50));
        if (progress === 99) await client.send('GET', `/v1/operations/${id}/wait?timeout=60`);
        return (await cancel(id, n % 2 ? other : client)).status;
      }),
    );
    const ends = await Promise.all(operations.map(({ id }) => ended(id)));
    const expected = statuses.map((status) => (status === 202 ? 'interrupted' : null));
    expect(ends.map(({ reason }) => reason)).toEqual(expected);
    expect(new Set(statuses)).toEqual(new Set([202, 409]));
    expect(await violations(stack.database)).toEqual([]);
  });

  it('409 without effect when it has ended', async () => {
    const { id } = await client.succeed('POST', NETWORKS, { name: 'ended' });
    const before = await detailsOf(client, id);
    const { status, body } = await cancel(id);
    expect([status, body.code]).toEqual([409, 'conflict']);
    expect(await detailsOf(client, id)).toEqual(before);
  });

  it('409 where the kind has no way back for a client', async () => {
    const { reference } = await client.succeed('POST', NETWORKS, { name: 'doomed', ...MANAGED });
    const { id } = await client.submit('DELETE', `${NETWORKS}/${reference.id}`);
    expect((await detailsOf(client, id)).isCancellable).toBe(false);
    const { status, body } = await cancel(id);
    expect([status, body.code]).toEqual([409, 'conflict']);
    expect(await ended(id)).toMatchObject({ state: 'success' });
  });

  it('409 after the point of no return', async () => {
    const { reference } = await client.succeed('POST', NETWORKS, { name: 'moving', ...MANAGED });
    const instance = { id: randomUUID() };
    await client.succeed('PUT', `${reference.link}:attach`, { instance });
    const { id } = await client.submit('PUT', `${reference.link}:update-ip`, { instance, ip: '10.0.0.77' });
    // Its last step needs ipam-svc, and there is no way back from it.
    await untilOperation(client, id, 'has its new address', ({ steps }) => steps[0]?.state === 'done');
    const release = await holdWork(stack);
    await untilOperation(client, id, 'cannot be cancelled', ({ isCancellable }) => !isCancellable);
    expect((await detailsOf(client, id)).state).toBe('pending');
    const { status, body } = await cancel(id);
    expect([status, body.code]).toEqual([409, 'conflict']);
    await release();
    expect(await ended(id)).toMatchObject({ state: 'success' });
    expect(await violations(stack.database)).toEqual([]);
  });

  it('404 for what is not there, and for what is of others', async () => {
    const { id } = await client.submit('POST', NETWORKS, { name: 'mine', ...MANAGED });
    const stranger = await strangerTo(stack);
    expect((await cancel(id, stranger)).status).toBe(404);
    expect((await cancel('01a1f8c0-3b65-7e4f-9ae0-5847928e86bf')).status).toBe(404);
    expect(await ended(id)).toMatchObject({ state: 'success' });
  });
});
