import { ApiClient, startStack, type Stack } from '@isthmus/testing';
import { detailsOf, holdWork, MANAGED, NETWORKS, type Operation, submitHeld, untilOperation } from './operations';

const fault = (networkName: string, code: string, times?: number) => ({
  call: 'ensureNetwork',
  networkName,
  code,
  times,
  message: 'The fabric says no.',
});
const MOMENT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as string;

describe('12: steps, progress that never falls, and whether it is stalled', () => {
  let stack: Stack;
  let client: ApiClient;

  beforeAll(async () => {
    const faults = [fault('flaky', 'unavailable', 2), fault('broken', 'fault')];
    const env = { SETTLE_WINDOW_MS: '100', OPERATION_LEASE_MS: '1000', FABRIC_LATENCY_MS: '400' };
    stack = await startStack({ env: { ...env, FABRIC_FAULTS: JSON.stringify(faults) } });
    client = ApiClient.of(stack);
  }, 60_000);
  afterAll(() => stack.stop());

  const historyOf = async (name: string): Promise<Operation[]> => {
    const { id } = await client.submit('POST', NETWORKS, { name, ...MANAGED });
    const history: Operation[] = [];
    await untilOperation(client, id, 'ends', (operation) => {
      history.push(operation);
      return operation.state !== 'pending';
    });
    return history;
  };

  it('tells each step with its state, its times and its attempts', async () => {
    const history = await historyOf('flaky');
    const { steps, state } = history.at(-1) as Operation;
    expect(state).toBe('success');
    expect(steps).toEqual([
      { name: 'reserve-subnets', state: 'done', attempt: 1, startedAt: MOMENT, endedAt: MOMENT, error: null },
      {
        name: 'ensure-network',
        state: 'done',
        attempt: 3,
        startedAt: MOMENT,
        endedAt: MOMENT,
        error: expect.anything(),
      },
    ]);
    const running = history.flatMap((seen) => seen.steps).filter((step) => step.state === 'running');
    expect(running.map(({ name }) => name)).toContain('ensure-network');
  });

  it.each(['fine', 'flaky', 'broken'])('the progress of %s never falls, and is 100 at the end only', async (name) => {
    const history = await historyOf(name);
    const progress = history.map(({ progressPercent }) => progressPercent);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    for (const { state, progressPercent } of history) expect(progressPercent === 100).toBe(state !== 'pending');
    const moments = history.map(({ updatedAt }) => updatedAt);
    expect(moments).toEqual([...moments].sort());
    expect(history.at(-1)?.updatedAt).toBe(history.at(-1)?.finishedAt);
  });

  it('says that it is stalled when its worker is silent, and no more when one goes on', async () => {
    const release = await holdWork(stack);
    const { id } = await submitHeld(client, 'stalled');
    const working = await untilOperation(client, id, 'is at work', ({ steps }) => steps[0]?.state === 'running');
    expect(working.isStalled).toBe(false);
    const services = stack.processes('network-svc');
    for (const service of services) await service.signal('SIGSTOP');
    await untilOperation(client, id, 'is stalled', ({ isStalled }) => isStalled);
    for (const service of services) await service.signal('SIGCONT');
    await release();
    await untilOperation(client, id, 'ends', ({ state }) => state === 'success');
    expect((await detailsOf(client, id)).isStalled).toBe(false);
  });
});
