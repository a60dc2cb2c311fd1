import { randomUUID } from 'node:crypto';
import { ApiClient, type Stack, startStack, violations } from '@isthmus/testing';
import { FeedFollower } from '../../fixtures/events/feed';

const TINY = { 'start-ip': '10.0.0.2', 'end-ip': '10.0.0.9', netmask: '255.255.255.0' };
const ATTACHES = 40;
/** Of a network with eight addresses. */
const GRANTED = 8;

describe('26: every operation ends with exactly one terminal event', () => {
  let stack: Stack;
  let clients: [ApiClient, ApiClient];

  beforeAll(async () => {
    stack = await startStack({ gateways: 2, replicas: 2, env: { OPERATION_LEASE_MS: '3000' } });
    clients = [ApiClient.of(stack, 0), ApiClient.of(stack, 1)];
  });
  afterAll(() => stack.stop());

  const attachTo = (networkId: string, n: number) =>
    (clients[n % 2] as ApiClient).submit('PUT', `/v2/private-network/${networkId}:attach`, {
      instance: { id: randomUUID() },
    });

  it('whether it succeeded or failed, also when its worker is killed, and the same one on each gateway', async () => {
    const { reference } = await clients[0].succeed('POST', '/v2/private-network', { name: 'tiny', ...TINY });
    const followers = clients.map((client) => new FeedFollower(client, { type: 'operation.*' }, 7));
    for (const follower of followers) await follower.skip();

    const [victim] = stack.processes('network-svc');
    const attaches = Array.from({ length: ATTACHES }, (_, n) => attachTo(reference.id, n));
    const first = await Promise.race(attaches);
    await victim?.signal('SIGKILL');
    expect(first.id).toBeTruthy();
    const ids = (await Promise.all(attaches)).map(({ id }) => id);
    for (const follower of followers) await follower.ended(ids, 60_000);

    const [here, there] = followers.map(({ events }) => events);
    expect(here).toEqual(there);
    const ends = (here ?? []).filter(({ data }) => ids.includes(data.id as string));
    expect(ends.map(({ data }) => data.id).sort()).toEqual([...ids].sort());
    expect(new Set(ends.map(({ id }) => id)).size).toBe(ATTACHES);
    expect(ends.filter(({ type }) => type === 'operation.succeeded')).toHaveLength(GRANTED);
    expect(ends.filter(({ type }) => type === 'operation.failed')).toHaveLength(ATTACHES - GRANTED);
    expect(await violations(stack.database)).toEqual([]);
  });

  it('at the same moment: whoever sees the one sees the other', async () => {
    const { reference } = await clients[0].succeed('POST', '/v2/private-network', { name: 'both' });
    const submitted = await Promise.all(Array.from({ length: ATTACHES }, (_, n) => attachTo(reference.id, n)));
    const pending = new Set(submitted.map(({ id }) => id));
    while (pending.size > 0) {
      // One statement sees one moment.
      const rows = await stack.database.query<{ id: string; state: string; events: number }>(
        `SELECT id, state, (SELECT count(*)::int FROM ops.event e WHERE e.operation_id = o.id) AS events
           FROM ops.operation o WHERE id = ANY ($1)`,
        [[...pending]],
      );
      for (const { id, state, events } of rows) {
        expect(events).toBe(state === 'pending' ? 0 : 1);
        if (state !== 'pending') pending.delete(id);
      }
    }
  });

  it('which is found by its id, with the request that asked for the work', async () => {
    const [traceId, parentId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
    const response = await fetch(`${stack.urls[0]}/v2/private-network`, {
      method: 'POST',
      headers: {
        'x-auth-token': stack.credentials.secretKey,
        'content-type': 'application/json',
        'x-request-id': 'asked/by-the-caller:26',
        traceparent: `00-${traceId}-${parentId}-01`,
      },
      body: JSON.stringify({ name: 'traced' }),
    });
    const { id } = (await response.json()) as { id: string };
    const follower = new FeedFollower(clients[1]);
    const event = await follower.find('its end is told', ({ data }) => data.id === id);
    expect(response.headers.get('x-request-id')).toBe('asked/by-the-caller:26');
    expect(event.requestId).toBe('asked/by-the-caller:26');
    expect(event.traceparent).toContain(traceId);
    expect((await clients[0].send('GET', `/v1/events/${event.id}`)).body).toEqual(event);
  });
});
