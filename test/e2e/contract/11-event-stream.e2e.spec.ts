import { ApiClient, startStack, type Stack, until } from '@isthmus/testing';
import { Agent, EventSource } from 'undici';
import { EventStream, type SentEvent } from './event-stream';
import { detailsOf, holdWork, MANAGED, NETWORKS, type Operation, strangerTo, submitHeld } from './operations';

const WATCHERS = 100;

describe('11: an operation can be followed as a stream of server-sent events', () => {
  let stack: Stack;
  let client: ApiClient;

  beforeAll(async () => {
    const faults = [{ call: 'ensureNetwork', networkName: 'broken', code: 'fault', message: 'Broken.' }];
    const env = { SETTLE_WINDOW_MS: '100', POLL_RATE_PER_OPERATION: '1000', FABRIC_FAULTS: JSON.stringify(faults) };
    stack = await startStack({ gateways: 2, env });
    client = ApiClient.of(stack);
  }, 60_000);
  afterAll(() => stack.stop());

  const open = (id: string, gateway = 0, lastEventId?: string): Promise<EventStream> =>
    EventStream.open(`${stack.urls[gateway]}/v1/operations/${id}/events`, stack.credentials.secretKey, lastEventId);
  const read = ({ data }: SentEvent): Operation => JSON.parse(data) as Operation;

  it('tells the state, the steps and the progress, and ends after the end', async () => {
    const release = await holdWork(stack);
    const { id } = await submitHeld(client, 'followed');
    const stream = await open(id);
    expect(stream.response.status).toBe(200);
    expect(stream.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(stream.response.headers.get('cache-control')).toContain('no-store');
    expect(stream.response.headers.get('content-encoding')).toBeNull();
    const first = (await stream.next()) as SentEvent;
    expect([first.event, read(first)]).toMatchObject(['progress', { id, state: 'pending' }]);
    expect(read(first).steps.map(({ name }) => name)).toContain('reserve-subnets');
    await release();
    const events = [first, ...(await stream.rest())];
    const last = events.at(-1) as SentEvent;
    expect([last.event, read(last)]).toEqual(['end', await detailsOf(client, id)]);
    expect(read(last)).toMatchObject({ state: 'success', progressPercent: 100 });
    expect(events.slice(0, -1).map(({ event }) => event)).toEqual(Array(events.length - 1).fill('progress'));
    expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
    const progress = events.map((event) => read(event).progressPercent);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
  });

  it('tells a failure as it is', async () => {
    const { id } = await client.submit('POST', NETWORKS, { name: 'broken', ...MANAGED });
    const last = (await (await open(id)).rest()).at(-1) as SentEvent;
    expect([last.event, read(last)]).toMatchObject(['end', { state: 'failure', reason: 'fault', message: 'Broken.' }]);
  });

  it('goes on after the last event that was got, on another gateway too', async () => {
    const release = await holdWork(stack);
    const { id } = await submitHeld(client, 'resumed');
    const broken = await open(id, 0);
    const { id: lastId } = (await broken.next()) as SentEvent;
    broken.close();
    const resumed = await open(id, 1, lastId);
    await release();
    const events = await resumed.rest();
    expect(events.map((event) => event.id)).not.toContain(lastId);
    expect(events.at(-1)?.event).toBe('end');
    // Whoever has got the end is told not to come back: 204 is what an EventSource takes for that.
    const headers = { 'x-auth-token': stack.credentials.secretKey, 'last-event-id': events.at(-1)?.id as string };
    const again = await fetch(`${stack.urls[0]}/v1/operations/${id}/events`, { headers });
    expect(again.status).toBe(204);
    // Whoever missed it gets it.
    expect((await (await open(id, 0, lastId)).rest()).map(({ event }) => event)).toEqual(['end']);
  });

  it('says that it is still there while nothing happens', async () => {
    const release = await holdWork(stack);
    const { id } = await submitHeld(client, 'quiet');
    const stream = await open(id);
    const tooLate = setTimeout(() => stream.close(), 15_000);
    expect(await stream.comment()).toMatch(/^:/);
    clearTimeout(tooLate);
    await release();
    expect((await stream.rest()).at(-1)?.event).toBe('end');
  });

  it('is read by an EventSource, which comes back no more after the end', async () => {
    const release = await holdWork(stack);
    const { id } = await submitHeld(client, 'sourced');
    const dispatcher = new Agent().compose(
      (dispatch) => (options, handler) =>
        dispatch({ ...options, headers: { ...options.headers, 'x-auth-token': stack.credentials.secretKey } }, handler),
    );
    const source = new EventSource(`${stack.url}/v1/operations/${id}/events`, { dispatcher });
    const heard: string[] = [];
    for (const type of ['progress', 'end']) {
      source.addEventListener(type, (event) =>
        heard.push(`${type} ${(JSON.parse((event as unknown as { data: string }).data) as Operation).state}`),
      );
    }
    await until('it has heard of the operation', () => heard.includes('progress pending'));
    await release();
    await until('it is told not to come back', () => source.readyState === EventSource.CLOSED);
    expect(heard.filter((line) => line.startsWith('end'))).toEqual(['end success']);
  });

  it(`${WATCHERS} watchers of one operation take no more connections than one`, async () => {
    const release = await holdWork(stack);
    const { id } = await submitHeld(client, 'popular');
    const one = await open(id);
    await one.next();
    const before = await listeners();
    const streams = await Promise.all(Array.from({ length: WATCHERS - 1 }, () => open(id)));
    for (const stream of streams) expect(read((await stream.next()) as SentEvent).state).toBe('pending');
    expect(await listeners()).toEqual(before);
    await release();
    const ends = await Promise.all([one, ...streams].map(async (stream) => (await stream.rest()).at(-1)));
    expect(ends.map((event) => event?.event)).toEqual(Array(WATCHERS).fill('end'));
    expect(new Set(ends.map((event) => event?.id)).size).toBe(1);
  });

  async function listeners(): Promise<unknown> {
    const { client: redis } = stack.redis;
    return {
      connections: String(await redis.call('CLIENT', 'LIST'))
        .trim()
        .split('\n').length,
      subscriptions: await redis.call('PUBSUB', 'NUMSUB', 'signal:operation-done'),
    };
  }

  it('ends, without an end, when the gateway stops, and goes on elsewhere', async () => {
    const release = await holdWork(stack);
    const { id } = await submitHeld(client, 'moved');
    const third = await stack.start('api-gateway');
    const url = `${third.ready.url}/v1/operations/${id}/events`;
    const stream = await EventStream.open(url, stack.credentials.secretKey);
    const { id: lastId } = (await stream.next()) as SentEvent;
    const stopped = third.signal('SIGTERM');
    expect((await stream.rest()).map(({ event }) => event)).not.toContain('end');
    await stopped;
    await release();
    expect((await (await open(id, 1, lastId)).rest()).at(-1)?.event).toBe('end');
  });

  it('is for its own project only', async () => {
    const { id } = await client.submit('POST', NETWORKS, { name: 'mine' });
    const stranger = await strangerTo(stack);
    expect((await stranger.send('GET', `/v1/operations/${id}/events`)).status).toBe(404);
  });
});
