import { startStack, type Stack, until, violations } from '@isthmus/testing';
import { type Body, HuaweiClient } from '../../fixtures/huawei/huawei-client';
import { holdings, makePlace } from '../../fixtures/huawei/place';

const GATEWAYS = 20;
const PLACES = 5;

describe('20 VPN gateways in a subnet with room for 5', () => {
  let stack: Stack;
  let huawei: HuaweiClient;

  beforeAll(async () => {
    stack = await startStack({ hasVpn: true, replicas: 2, env: { QUOTA_VPN_GATEWAYS: '100' } });
    huawei = HuaweiClient.of(stack);
  });
  afterAll(() => stack.stop());

  /** A gateway takes four addresses; a /27 less network, gateway and broadcast has 29, of which nine are booked. */
  async function makeTightPlace(): Promise<{ vpcId: string; subnetId: string }> {
    const place = await makePlace(stack, '10.99.0.0/27');
    const taken = 32 - 3 - 4 * PLACES;
    for (let n = 0; n < taken; n++) {
      const source = { source: { subnet_id: place.subnetId }, is_ipv6: false };
      const answer = await fetch(`${stack.url}/ipam/v1/regions/fr-par/ips`, {
        method: 'POST',
        headers: { 'x-auth-token': stack.credentials.secretKey, 'content-type': 'application/json' },
        body: JSON.stringify(source),
      });
      expect(answer.status).toBe(200);
    }
    return place;
  }

  it('makes exactly 5 ACTIVE, tells the other 15 why, and leaks nothing', async () => {
    const { vpcId, subnetId } = await makeTightPlace();
    const before = await holdings(stack);
    const gateway = {
      network_type: 'private',
      vpc_id: vpcId,
      connect_subnet: subnetId,
      local_subnets: ['192.168.0.0/24'],
    };
    const results = await Promise.all(
      Array.from({ length: GATEWAYS }, async () => {
        try {
          return await huawei.createGateway(gateway);
        } catch (error) {
          const { errorCode, errorMsg } = error as { errorCode: string; errorMsg: string };
          return { refused: errorCode, message: errorMsg };
        }
      }),
    );
    const accepted = results.filter(({ id }) => id !== undefined);
    const ended: Body[] = await Promise.all(accepted.map(({ id }) => huawei.provisioned(id)));
    const active = ended.filter(({ status }) => status === 'ACTIVE');
    const faults = ended.filter(({ status }) => status === 'FAULT');
    const refused = results.filter((result) => 'refused' in result);
    expect(active).toHaveLength(PLACES);
    expect(faults.length + refused.length).toBe(GATEWAYS - PLACES);
    for (const refusal of refused) expect(refusal).toMatchObject({ refused: 'VPN.0285' });

    const addresses = active.flatMap((each) => [each.access_private_ip_1, each.access_private_ip_2]);
    expect(new Set(addresses).size).toBe(2 * PLACES);
    const held = await holdings(stack);
    expect(Number(before.free) - Number(held.free)).toBe(4 * PLACES);
    expect(held).toMatchObject({ ports: String(4 * PLACES), places: String(2 * PLACES) });
    const reasons = await stack.database.query<{ message: string; code: string }>(
      `SELECT message, code FROM ops.operation WHERE kind = 'vpn-gateway.create' AND state = 'failure'`,
    );
    expect(reasons).toHaveLength(faults.length);
    for (const { code } of reasons) expect(code).toBe('exhausted');
    expect(await violations(stack.database)).toEqual([]);

    await Promise.all(ended.map(({ id }) => huawei.call('DELETE', `/vpn-gateways/${id}`)));
    const none = async (): Promise<boolean> => (await huawei.call('GET', '/vpn-gateways')).vpn_gateways.length === 0;
    await until('all gateways are gone', none, { timeoutMs: 60_000, everyMs: 50 });
    expect(await holdings(stack)).toEqual(before);
    expect(await violations(stack.database)).toEqual([]);
  });
});
