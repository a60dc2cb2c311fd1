import { type Stack, startStack, until, violations } from '@isthmus/testing';
import { UpcloudClient } from '../fixtures/upcloud/upcloud-client';

/** Networks whose peerings are made from both sides at once: half of them on one router, the others on another. */
async function makeNetworks(client: UpcloudClient, pairs: number, first = 0): Promise<[string, string][]> {
  const [left, right] = [await client.makeRouter(), await client.makeRouter()];
  const numbers = Array.from({ length: pairs }, (_, n) => first + n);
  return Promise.all(
    numbers.map(async (n): Promise<[string, string]> => {
      const make = (side: number, router: string) => client.makeNetwork(`10.${side}.${n}.0/24`, router);
      return [await make(1, left), await make(2, right)];
    }),
  );
}

/** Both sides of each pair; answers all peerings. */
function peerAll(client: UpcloudClient, pairs: [string, string][]): Promise<string[]> {
  return Promise.all(pairs.flatMap(([a, b]) => [client.makePeering(a, b), client.makePeering(b, a)]));
}

async function count(stack: Stack, sql: string): Promise<number> {
  const [row] = await stack.database.query<{ count: string }>(`SELECT count(*) ${sql}`);
  return Number(row?.count);
}

async function untilAll(stack: Stack, state: string): Promise<void> {
  const others = async () => (await count(stack, `FROM network.peering WHERE state <> '${state}'`)) === 0;
  await until(`all peerings are ${state}`, others, { timeoutMs: 50_000, everyMs: 50 });
  expect(await violations(stack.database)).toEqual([]);
}

/** So many links are being worked on. */
async function midway(stack: Stack, kind: string, atLeast: number): Promise<void> {
  const sql = `FROM ops.operation WHERE kind = '${kind}' AND state = 'pending' AND attempt > 0`;
  await until(`${kind} is under way`, async () => (await count(stack, sql)) >= atLeast, { everyMs: 2 });
}

describe('peerings in trouble', () => {
  let stack: Stack;
  let client: UpcloudClient;

  beforeEach(async () => {
    const env = { FABRIC_LATENCY_MS: '100', OPERATION_LEASE_MS: '1500', PEERING_RECONCILE_MS: '1000' };
    stack = await startStack({ env });
    client = UpcloudClient.of(stack);
  });

  afterEach(() => stack.stop());

  it('kill -9 in the middle of activations, and of deactivations', async () => {
    const pairs = await makeNetworks(client, 20);
    const peerings = await peerAll(client, pairs);
    const restart = async (): Promise<void> => {
      await stack.processes('network-svc').at(-1)?.signal('SIGKILL');
      await stack.start('network-svc');
    };
    await midway(stack, 'peering.activate', 1);
    await restart();
    await untilAll(stack, 'active');
    const disabled = { network_peering: { configured_status: 'disabled' } };
    await Promise.all(peerings.map((id) => client.succeed('PATCH', `/network-peering/${id}`, disabled)));
    await midway(stack, 'peering.deactivate', 1).catch(() => undefined);
    await restart();
    await untilAll(stack, 'disabled');
    expect(await count(stack, 'FROM network.peering_link')).toBe(0);
  });

  it('FLUSHALL while 100 are activated by two replicas, and every event is lost', async () => {
    await stack.start('network-svc');
    const pairs = await makeNetworks(client, 100);
    const making = peerAll(client, pairs);
    await midway(stack, 'peering.activate', 1);
    for (let flush = 0; flush < 3; flush++) {
      await stack.redis.client.flushall();
      await stack.database.query('DELETE FROM network.peering_check');
      await midway(stack, 'peering.activate', 1).catch(() => undefined);
    }
    await making;
    await untilAll(stack, 'active');
    expect(await count(stack, `FROM network.peering_link WHERE phase = 'installed'`)).toBe(100);
  });
});
