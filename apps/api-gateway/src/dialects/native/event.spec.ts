import { createTestGateway, type TestGateway } from '../../gateway.fixture';
import { EventFeedRepository, type EventSelection } from '../../events/event-feed.repository';
import { OPERATION_ID } from '../../views.fixture';

const AT = '2026-08-05T12:59:37.782632Z';

describe('GET /v1/events', () => {
  let gateway: TestGateway;
  let asked: [EventSelection, number, number][];
  let page: { events: object[]; head: number; oldest: number };
  const event = (position: number): object => ({ id: OPERATION_ID, type: 'operation.failed', position, timestamp: AT });

  beforeAll(async () => {
    gateway = await createTestGateway();
    const repository = gateway.app.get(EventFeedRepository);
    jest.spyOn(repository, 'page').mockImplementation(async (...asking) => {
      asked.push(asking);
      return page as never;
    });
    jest
      .spyOn(repository, 'find')
      .mockImplementation(async (id, projectId) =>
        id === OPERATION_ID && projectId === gateway.keys.admin.projectId ? (event(3) as never) : undefined,
      );
  });
  beforeEach(() => {
    asked = [];
    page = { events: [event(3), event(7)], head: 9, oldest: 2 };
  });
  afterAll(() => gateway.close());

  const get = (path: string) =>
    gateway.inject({ url: `/v1/${path}`, headers: { 'x-auth-token': gateway.keys.admin.secret } });

  it('reads the feed of the project from its oldest event on', async () => {
    const answer = await get('events');
    expect([answer.statusCode, answer.json()]).toEqual([200, { items: page.events, next: '9' }]);
    expect(asked).toEqual([[{ projectId: gateway.keys.admin.projectId }, 0, 100]]);
  });

  it('goes on behind the last event of a full page, and behind the head of another one', async () => {
    expect((await get('events?after=2&limit=2')).json().next).toBe('7');
    expect((await get('events?after=2&limit=3')).json().next).toBe('9');
    page.events = [];
    expect((await get('events?after=9')).json()).toEqual({ items: [], next: '9' });
    expect(asked.map(([, after, limit]) => [after, limit])).toEqual([
      [2, 2],
      [2, 3],
      [9, 100],
    ]);
  });

  it('selects', async () => {
    const types = 'type=operation.*&type=peering.state_changed';
    await get(`events?${types}&resourceType=vpn-gateway&resourceId=${OPERATION_ID.toUpperCase()}`);
    expect(asked[0]?.[0]).toEqual({
      projectId: gateway.keys.admin.projectId,
      types: ['operation.succeeded', 'operation.failed', 'operation.timed_out', 'peering.state_changed'],
      resourceType: 'vpn-gateway',
      resourceId: OPERATION_ID,
    });
  });

  it.each([
    'after=x',
    'after=-1',
    'after=10',
    'limit=0',
    'limit=1001',
    'type=operation',
    'resourceId=7',
    'resourceType=A',
  ])('refuses %s', async (query) => {
    const answer = await get(`events?${query}`);
    expect([answer.statusCode, answer.json().violations[0].field]).toEqual([400, query.split('=')[0]]);
  });

  it('says that events are gone', async () => {
    const answer = await get('events?after=0');
    expect([answer.statusCode, answer.json().code]).toEqual([410, 'gone']);
  });

  it('tells one event, to its own project only', async () => {
    expect((await get(`events/${OPERATION_ID}`)).json()).toEqual(event(3));
    const foreign = await gateway.inject({
      url: `/v1/events/${OPERATION_ID}`,
      headers: { 'x-auth-token': gateway.keys.reader.secret },
    });
    for (const answer of [foreign, await get('events/nonsense')]) {
      expect([answer.statusCode, answer.json().code]).toEqual([404, 'not-found']);
    }
  });

  it('tells the types with their schemas', async () => {
    const { items } = (await get('event-types')).json();
    expect(items).toContainEqual(
      expect.objectContaining({ type: 'peering.state_changed', schema: expect.objectContaining({ type: 'object' }) }),
    );
  });
});
