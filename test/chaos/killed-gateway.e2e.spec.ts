import { ApiClient, type Stack, startStack, until, violations } from '@isthmus/testing';
import { MANAGED } from './chaos-load';

/** F6: the gateway dies between commit and answer. What was accepted is done, though its client never heard of it. */
describe('kill -9 of the gateway between commit and answer', () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await startStack({ gateways: 2, env: { FABRIC_LATENCY_MS: '300', SETTLE_WINDOW_MS: '5000' } });
  });

  afterAll(() => stack.stop());

  it('leaves no half-done operation', async () => {
    const doomed = ApiClient.of(stack, 0);
    const answers = Promise.allSettled(
      Array.from({ length: 20 }, (_, n) =>
        doomed.submit('POST', '/v2/private-network', { name: `lost-${n}`, ...MANAGED }),
      ),
    );
    const accepted = await until('all are accepted', async () => {
      const rows = await stack.database.query<{ id: string }>("SELECT id FROM ops.operation WHERE state = 'pending'");
      return rows.length === 20 ? rows : undefined;
    });
    await stack.processes('api-gateway')[0]?.signal('SIGKILL');
    for (const answer of await answers) expect(answer.status).toBe('rejected');
    const witness = ApiClient.of(stack, 1);
    for (const { id } of accepted) expect(await witness.ended(id)).toMatchObject({ state: 'success' });
    const { body } = await witness.send<{ 'private-networks': unknown[] }>('GET', '/v2/private-network');
    expect(body['private-networks']).toHaveLength(20);
    expect(await violations(stack.database)).toEqual([]);
  });
});
