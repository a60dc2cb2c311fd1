import { randomUUID } from 'node:crypto';
import { ApiClient, startStack, type Stack } from '@isthmus/testing';
import { detailsOf, MANAGED, NETWORKS, type Operation, strangerTo } from './operations';

interface Page {
  items: Operation[];
  next: string | null;
}
const FAULT = { call: 'ensureNetwork', networkName: 'broken', code: 'fault', message: 'Broken.' };

describe('13: operations are listed in pages, the newest first', () => {
  let stack: Stack;
  let client: ApiClient;
  let other: ApiClient;

  beforeAll(async () => {
    stack = await startStack({ gateways: 2, env: { FABRIC_FAULTS: JSON.stringify([FAULT]) } });
    client = ApiClient.of(stack, 0);
    other = ApiClient.of(stack, 1);
    for (let n = 0; n < 10; n++) await make(`listed-${n}`);
  }, 60_000);
  afterAll(() => stack.stop());

  const make = (name: string) => client.succeed('POST', NETWORKS, { name });
  const page = async (query: Record<string, string>, by = client): Promise<Page> => {
    const { status, body } = await by.send<Page>('GET', `/v1/operations?${new URLSearchParams(query).toString()}`);
    expect(status).toBe(200);
    return body;
  };
  const walk = async (query: Record<string, string>, between?: () => Promise<unknown>): Promise<Operation[]> => {
    const all: Operation[] = [];
    let cursor: string | null = '';
    for (let n = 0; cursor !== null; n++) {
      const { items, next } = await page({ ...query, ...(cursor ? { cursor } : {}) }, n % 2 ? other : client);
      all.push(...items);
      cursor = next;
      await between?.();
    }
    return all;
  };
  const idsOf = (operations: Operation[]): string[] => operations.map(({ id }) => id);

  it('tells all of them once, though others are accepted meanwhile', async () => {
    const before = idsOf((await page({})).items);
    expect(before).toEqual([...before].sort().reverse());
    let n = 0;
    const walked = idsOf(await walk({ limit: '3' }, () => make(`meanwhile-${n++}`)));
    expect(walked).toEqual(before);
    expect(n).toBeGreaterThan(2);
  });

  it('ends a list that fits a page exactly', async () => {
    const all = await walk({});
    const full = await page({ limit: String(all.length) });
    expect([full.items.length, full.next]).toEqual([all.length, null]);
    expect(full.items[0]).not.toHaveProperty('projectId');
    const { steps, ...details } = await detailsOf(client, all[0]?.id as string);
    expect(steps).toHaveLength(1);
    expect(details).toMatchObject(full.items[0] as unknown as Record<string, unknown>);
  });

  describe('by', () => {
    let networkId: string;
    let attachId: string;
    let failedId: string;
    let middle: string;

    beforeAll(async () => {
      middle = (await page({ limit: '1' })).items[0]?.createdAt as string;
      networkId = (await client.succeed('POST', NETWORKS, { name: 'home', ...MANAGED })).reference.id;
      const body = { instance: { id: randomUUID() } };
      attachId = (await client.succeed('PUT', `${NETWORKS}/${networkId}:attach`, body)).id;
      failedId = (await client.submit('POST', NETWORKS, { name: 'broken', ...MANAGED })).id;
      await client.ended(failedId);
    });

    it('state', async () => expect(idsOf(await walk({ state: 'failure' }))).toEqual([failedId]));
    it('kind', async () => expect(idsOf(await walk({ kind: 'attachment.create' }))).toEqual([attachId]));
    it('resource', async () => {
      const { resource } = await detailsOf(client, attachId);
      expect(idsOf(await walk({ resourceId: resource.id }))).toEqual([attachId]);
      expect(idsOf(await walk({ resourceType: 'attachment' }))).toEqual([attachId]);
      expect((await walk({ resourceId: networkId })).map(({ kind }) => kind)).toEqual(['private-network.create']);
    });
    it('time', async () => {
      const all = await walk({});
      const [after, before] = [await walk({ createdAfter: middle }), await walk({ createdBefore: middle })];
      expect([after.length, before.length]).toEqual([3, all.length - 4]);
      for (const { createdAt } of after) expect(createdAt > middle).toBe(true);
      for (const { createdAt } of before) expect(createdAt < middle).toBe(true);
      expect(await walk({ createdAfter: '2124-01-01T00:00:00+02:00' })).toEqual([]);
    });
    it('several at once', async () => {
      expect(idsOf(await walk({ state: 'failure', kind: 'attachment.create' }))).toEqual([]);
      const wanted = { state: 'success', kind: 'attachment.create', createdAfter: middle, limit: '1' };
      expect(idsOf(await walk(wanted))).toEqual([attachId]);
    });
  });

  it.each<Record<string, string>>([
    { state: 'done' },
    { kind: 'network.make' },
    { resourceId: 'home' },
    { createdAfter: 'yesterday' },
    { createdBefore: '2026-02-30T00:00:00Z' },
    { limit: '0' },
    { limit: '1001' },
    { cursor: 'not-a-cursor' },
    { cursor: Buffer.from(randomUUID()).toString('base64url') },
  ])('refuses %j', async (query) => {
    const { status, body } = await client.send('GET', `/v1/operations?${new URLSearchParams(query).toString()}`);
    expect([status, body.code]).toEqual([400, 'invalid-argument']);
    expect((body.violations as { field: string }[]).map(({ field }) => field)).toEqual(Object.keys(query));
  });

  it('shows nothing of another project', async () => {
    const stranger = await strangerTo(stack);
    expect(await page({}, stranger)).toEqual({ items: [], next: null });
    await stranger.succeed('POST', NETWORKS, { name: 'theirs' });
    const theirs = (await page({}, stranger)).items;
    expect(theirs).toHaveLength(1);
    expect(idsOf(await walk({}))).not.toContain(theirs[0]?.id);
    const [mine] = (await page({ limit: '1' })).items;
    for (const path of ['', '/wait', '/events']) {
      expect((await stranger.send('GET', `/v1/operations/${mine?.id}${path}`)).status).toBe(404);
    }
  });
});
