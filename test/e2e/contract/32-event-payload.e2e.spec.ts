import { ApiClient, type Stack, startStack } from '@isthmus/testing';
import { FeedFollower } from '../../fixtures/events/feed';
import type { ToldEvent } from '../../fixtures/events/told-event';
import { type Body, HuaweiClient } from '../../fixtures/huawei/huawei-client';
import { makePlace } from '../../fixtures/huawei/place';

const MAX_BYTES = 20_000;
const PSK = 'Never.Tell-This_42';
/** Four bytes a letter, and far longer than any event may be. */
const ENDLESS = `It burns: ${'🔥'.repeat(20_000)}`;
const FAULTS = [{ call: 'ensureNetwork', networkName: 'wordy', code: 'fault', message: ENDLESS }];
const MANAGED = { 'start-ip': '10.0.0.2', 'end-ip': '10.0.0.9', netmask: '255.255.255.0' };

describe('32: the payload is the snapshot at the event, never a secret, and at most 20 kB', () => {
  let stack: Stack;
  let clients: [ApiClient, ApiClient];

  beforeAll(async () => {
    stack = await startStack({ hasVpn: true, gateways: 2, env: { FABRIC_FAULTS: JSON.stringify(FAULTS) } });
    clients = [ApiClient.of(stack, 0), ApiClient.of(stack, 1)];
  });
  afterAll(() => stack.stop());

  const endOf = (id: string): Promise<ToldEvent> =>
    new FeedFollower(clients[1]).find(`the end of ${id} is told`, ({ data }) => data.id === id);

  it('it is the operation as it ended', async () => {
    const { id } = await clients[0].succeed('POST', '/v2/private-network', { name: 'snapshot', ...MANAGED });
    const { body: operation } = await clients[0].send<Body>('GET', `/v1/operations/${id}`);
    const { kind, state, reason, code, message, resource, reference, createdAt, finishedAt } = operation;
    expect(state).toBe('success');
    expect((await endOf(id)).data).toEqual({
      ...{ id, kind, state, reason, code, message, resource, reference, createdAt, finishedAt },
    });
  });

  it('it stays as it was, whatever becomes of the resource', async () => {
    const { id, reference } = await clients[0].succeed('POST', '/v2/private-network', { name: 'first', ...MANAGED });
    const before = await endOf(id);
    await clients[1].succeed('PUT', `/v2/private-network/${reference.id}`, { name: 'second', ...MANAGED });
    const { id: removal } = await clients[0].succeed('DELETE', `/v2/private-network/${reference.id}`);
    await endOf(removal);
    expect(await endOf(id)).toEqual(before);
    expect((await clients[0].send('GET', `/v1/events/${before.id}`)).body).toEqual(before);
  });

  it('it is cut where a message has no end', async () => {
    const submitted = await clients[0].submit('POST', '/v2/private-network', { name: 'wordy', ...MANAGED });
    const event = await endOf(submitted.id);
    expect(event).toMatchObject({ type: 'operation.failed', data: { state: 'failure', reason: 'fault' } });
    expect(event.data.message).toMatch(/^It burns: (🔥)+$/u);
    expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(MAX_BYTES);
  });

  it('it tells no secret, and no event is too big', async () => {
    const huawei = HuaweiClient.of(stack);
    const place = await makePlace(stack, '10.84.0.0/24');
    const made = await huawei.createGateway({
      vpc_id: place.vpcId,
      connect_subnet: place.subnetId,
      local_subnets: ['10.84.0.0/24'],
    });
    const gateway = await huawei.provisioned(made.id);
    const customer_gateway = { id_value: '198.51.100.84' };
    const customer = (await huawei.call('POST', '/customer-gateways', { customer_gateway })).customer_gateway;
    const vpn_connection = {
      vgw_id: gateway.id,
      vgw_ip: gateway.eip1.id,
      cgw_id: customer.id,
      peer_subnets: ['172.31.84.0/24'],
      psk: PSK,
    };
    const { id } = (await huawei.call('POST', '/vpn-connection', { vpn_connection })).vpn_connection;
    const follower = new FeedFollower(clients[0]);
    await follower.find('the connection is told', ({ resource }) => resource.id === id);
    const rows = await stack.database.query<{ event: string }>('SELECT e::text AS event FROM ops.event e');
    const texts = [...rows.map(({ event }) => event), ...follower.events.map((event) => JSON.stringify(event))];
    const secrets = [PSK, stack.credentials.secretKey];
    expect(texts.filter((text) => secrets.some((secret) => text.includes(secret)))).toEqual([]);
    expect(texts.length).toBeGreaterThan(10);
    expect(Math.max(...texts.map((text) => Buffer.byteLength(text)))).toBeLessThanOrEqual(MAX_BYTES);
  });
});
