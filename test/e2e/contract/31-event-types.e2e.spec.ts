import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ApiClient, type Stack, startStack } from '@isthmus/testing';
import { FeedFollower, type FeedPage } from '../../fixtures/events/feed';
import type { ToldEvent } from '../../fixtures/events/told-event';
import { breachesOf, type Schema } from '../../fixtures/events/schema-check';
import { HuaweiClient } from '../../fixtures/huawei/huawei-client';
import { makePlace } from '../../fixtures/huawei/place';
import { UpcloudClient } from '../../fixtures/upcloud/upcloud-client';

interface PublishedType {
  type: string;
  summary: string;
  schema: Schema;
}

interface AsyncApi {
  asyncapi: string;
  channels: { events: { messages: Record<string, { $ref: string }> } };
  components: { messages: Record<string, { payload: Schema }> };
}

const FAULTS = [{ call: 'ensureNetwork', networkName: 'broken', code: 'fault', message: 'The fabric is on fire.' }];

describe('31: event types are hierarchical, filterable and published with their schemas', () => {
  let stack: Stack;
  let client: ApiClient;
  let published: PublishedType[];
  let told: ToldEvent[];
  const asyncApi = JSON.parse(readFileSync('openapi/asyncapi.json', 'utf8')) as AsyncApi;

  beforeAll(async () => {
    stack = await startStack({ hasVpn: true, gateways: 2, env: { FABRIC_FAULTS: JSON.stringify(FAULTS) } });
    client = ApiClient.of(stack, 1);
    published = (await client.send<{ items: PublishedType[] }>('GET', '/v1/event-types')).body.items;
    told = await happen();
  }, 90_000);
  afterAll(() => stack.stop());

  /** Things that leave events of each kind that a stack without outages can have; answers all events. */
  async function happen(): Promise<ToldEvent[]> {
    const { id: broken } = await client.submit('POST', '/v2/private-network', {
      name: 'broken',
      'start-ip': '10.0.0.2',
      'end-ip': '10.0.0.9',
      netmask: '255.255.255.0',
    });
    const upcloud = UpcloudClient.of(stack);
    const left = await upcloud.makeNetwork('10.81.0.0/24', await upcloud.makeRouter());
    const right = await upcloud.makeNetwork('10.82.0.0/24', await upcloud.makeRouter());
    const [there] = [await upcloud.makePeering(left, right), await upcloud.makePeering(right, left)];
    await upcloud.waitFor(there, 'active');
    const place = await makePlace(stack, '10.83.0.0/24');
    const { id: gateway } = await HuaweiClient.of(stack).createGateway({
      vpc_id: place.vpcId,
      connect_subnet: place.subnetId,
      local_subnets: ['10.83.0.0/24'],
    });
    const follower = new FeedFollower(client);
    const isEnd = (id: string) => (event: ToldEvent) => event.type.startsWith('operation.') && event.data.id === id;
    await follower.find('the failure is told', isEnd(broken));
    await follower.find('the gateway is told', ({ resource }) => resource.id === gateway);
    await follower.find('the peering is told', ({ resource, data }) => resource.id === there && data.to === 'active');
    return follower.events;
  }

  const list = async (query: string): Promise<FeedPage> =>
    (await client.send<FeedPage>('GET', `/v1/events?limit=1000&${query}`)).body;

  it('every event that was told is of a published type and as its schema says', () => {
    const schemas = new Map(published.map(({ type, schema }) => [type, schema]));
    const types = new Set(told.map(({ type }) => type));
    expect([...types]).toEqual(
      expect.arrayContaining(['operation.succeeded', 'operation.failed', 'peering.state_changed']),
    );
    for (const event of told) {
      const schema = schemas.get(event.type) ?? { type: 'never', description: `${event.type} is not published` };
      expect(breachesOf(schema, event.data, `${event.type} data`)).toEqual([]);
    }
  });

  it('the AsyncAPI document says the same of the whole event', () => {
    expect(asyncApi.asyncapi).toMatch(/^3\./);
    expect(Object.keys(asyncApi.channels.events.messages)).toEqual(published.map(({ type }) => type));
    for (const event of told) {
      const { payload } = asyncApi.components.messages[event.type] as { payload: Schema };
      expect(breachesOf(payload, event, event.type)).toEqual([]);
    }
    for (const { type, schema } of published) {
      expect(asyncApi.components.messages[type]?.payload.properties?.data).toEqual(schema);
    }
  });

  it('types are two words deep, and a parent stands for all below it', async () => {
    for (const { type, summary } of published) {
      expect(type).toMatch(/^[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*$/);
      expect(summary).toBeTruthy();
    }
    const idsOf = (events: ToldEvent[]): string[] => events.map(({ id }) => id);
    const of = (isMeant: (type: string) => boolean): string[] => idsOf(told.filter(({ type }) => isMeant(type)));
    const operations = of((type) => type.startsWith('operation.'));
    const { next } = await list('');
    const upToNow = ({ items }: FeedPage): string[] => idsOf(items.filter(({ position }) => position <= lastTold()));
    expect(upToNow(await list('type=operation.*'))).toEqual(operations);
    expect(upToNow(await list('type=operation.failed'))).toEqual(of((type) => type === 'operation.failed'));
    expect(upToNow(await list('type=peering.*&type=operation.succeeded'))).toEqual(
      of((type) => type === 'operation.succeeded' || type === 'peering.state_changed'),
    );
    expect(upToNow(await list('type=*'))).toEqual(idsOf(told));
    expect(Number((await list('type=operation.timed_out')).next)).toBeGreaterThanOrEqual(Number(next));
  });

  const lastTold = (): number => told.at(-1)?.position ?? 0;

  it('a kind of resource and a resource can be asked for', async () => {
    const peering = told.find(({ type }) => type === 'peering.state_changed') as ToldEvent;
    const byKind = await list('resourceType=peering');
    expect(new Set(byKind.items.map(({ resource }) => resource.type))).toEqual(new Set(['peering']));
    const byId = await list(`resourceId=${peering.resource.id}`);
    expect(byId.items).toContainEqual(peering);
    expect(new Set(byId.items.map(({ resource }) => resource.id))).toEqual(new Set([peering.resource.id]));
    expect((await list(`resourceId=${randomUUID()}`)).items).toEqual([]);
  });

  it('a type that does not exist is refused', async () => {
    for (const type of ['operation', 'operation.', 'operation.exploded', 'oper*', '.*']) {
      const { status, body } = await client.send('GET', `/v1/events?type=${type}`);
      expect([status, body]).toMatchObject([400, { code: 'invalid-argument', violations: [{ field: 'type' }] }]);
    }
  });
});
