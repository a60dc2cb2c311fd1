import { ApiClient, startStack, type Stack, violations } from '@isthmus/testing';
import { UpcloudClient } from '../../fixtures/upcloud/upcloud-client';
import { detailsOf, holdWork, MANAGED, NETWORKS, submitHeld, untilOperation } from './operations';

const FAULT = { call: 'ensureNetwork', networkName: 'away', code: 'unavailable', message: 'The fabric is away.' };
const DEADLINE_MS = 4_000;

describe('15: past its deadline an operation is undone and ends as timeout', () => {
  let stack: Stack;
  let client: ApiClient;

  beforeAll(async () => {
    const env = { SETTLE_WINDOW_MS: '100', OPERATION_DEADLINE_MS: String(DEADLINE_MS) };
    stack = await startStack({ gateways: 2, env: { ...env, FABRIC_FAULTS: JSON.stringify([FAULT]) } });
    client = ApiClient.of(stack);
  }, 60_000);
  afterAll(() => stack.stop());

  const expectTimeout = async (id: string, networkId: string): Promise<void> => {
    await client.ended(id);
    const operation = await detailsOf(client, id);
    expect(operation).toMatchObject({
      state: 'timeout',
      reason: 'unavailable',
      code: 'deadline-exceeded',
      message: expect.stringContaining(`${DEADLINE_MS / 1000} s`),
    });
    expect(Date.parse(operation.deadline) - Date.parse(operation.createdAt)).toBe(DEADLINE_MS);
    expect((await client.send('GET', `${NETWORKS}/${networkId}`)).status).toBe(404);
    const [held] = await stack.database.query(
      'SELECT count(*)::int AS subnets FROM ipam.subnet WHERE private_network_id = $1',
      [networkId],
    );
    expect(held).toEqual({ subnets: 0 });
    expect(await violations(stack.database)).toEqual([]);
  };

  it('when the fabric does not come back', async () => {
    const { id, reference } = await client.submit('POST', NETWORKS, { name: 'away', ...MANAGED });
    await expectTimeout(id, reference.id);
  });

  it('when a service does not answer; it is pending until its undo is through', async () => {
    const release = await holdWork(stack);
    const { id, reference } = await submitHeld(client, 'unanswered');
    const late = await untilOperation(client, id, 'is being undone', ({ direction }) => direction === 'undo');
    expect(late).toMatchObject({ state: 'pending', isCancellable: false });
    await release();
    await expectTimeout(id, reference.id);
  });

  it('waiting for a peer is a state of the peering, and no operation waits with it', async () => {
    const upcloud = UpcloudClient.of(stack);
    const router = await upcloud.makeRouter();
    const network = await upcloud.makeNetwork('10.50.0.0/24', router);
    const peer = await upcloud.makeNetwork('10.51.0.0/24', await upcloud.makeRouter());
    const peering = await upcloud.makePeering(network, peer);
    await upcloud.waitFor(peering, 'pending-peer');
    const operations = await stack.database.query(
      "SELECT DISTINCT state FROM ops.operation WHERE resource_id = $1 AND kind = 'peering.create'",
      [peering],
    );
    expect(operations).toEqual([{ state: 'success' }]);
    expect(await stack.database.query("SELECT id FROM ops.operation WHERE state = 'pending'")).toEqual([]);
  });
});
