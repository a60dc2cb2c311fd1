import { startStack, type Stack, violations } from '@isthmus/testing';
import { type Body, HuaweiClient } from '../../fixtures/huawei/huawei-client';
import { bookEip, holdings, makeNetwork, makePlace, REGION, send } from '../../fixtures/huawei/place';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('Huawei VPN gateways, by the official SDK', () => {
  let stack: Stack;
  let huawei: HuaweiClient;

  beforeAll(async () => {
    stack = await startStack({ hasVpn: true });
    huawei = HuaweiClient.of(stack);
  });

  afterEach(async () => expect(await violations(stack.database)).toEqual([]));
  afterAll(() => stack.stop());

  const operationOf = (id: string): Promise<Body> => send(stack, 'GET', `/v1/operations/${id}`);

  it('are provisioned step by step, and give everything back', async () => {
    const { vpcId, subnetId } = await makePlace(stack);
    const before = await holdings(stack);
    const asked = { vpc_id: vpcId, local_subnets: ['192.168.0.0/24', '192.168.1.0/24'], connect_subnet: subnetId };
    const {
      httpStatusCode,
      vpn_gateway: created,
      ...rest
    } = await huawei.call('POST', '/vpn-gateways', {
      vpn_gateway: { ...asked, eip1: newEip(), eip2: newEip() },
    });
    expect(httpStatusCode).toBe(201);
    expect(created).toEqual({
      id: expect.stringMatching(UUID),
      name: expect.stringMatching(/^vpngw-[0-9a-f]{4}$/),
      network_type: 'public',
      attachment_type: 'vpc',
      ip_version: 'ipv4',
      ...asked,
      bgp_asn: 64512,
      flavor: 'Professional1',
      connection_number: 200,
      used_connection_number: 0,
      used_connection_group: 0,
      enterprise_project_id: '0',
      access_vpc_id: vpcId,
      access_subnet_id: subnetId,
      ha_mode: 'active-active',
    });
    expect(rest).toEqual({
      request_id: expect.any(String),
      operation: expect.objectContaining({ state: 'pending', reference: expect.objectContaining({ id: created.id }) }),
    });

    const gateway = await huawei.provisioned(created.id);
    expect(gateway).toMatchObject({
      ...created,
      status: 'ACTIVE',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}Z$/),
      applied_at: expect.any(String),
      updated_at: expect.any(String),
      eip1: expect.objectContaining({ ip_version: 4, type: '5_bgp', charge_mode: 'bandwidth', share_type: 'PER' }),
      eip2: expect.objectContaining({
        bandwidth_size: 300,
        bandwidth_name: expect.stringMatching(/^vpngw-bandwidth-/),
      }),
    });
    expect(gateway.availability_zone_ids).toHaveLength(2);
    expect(new Set(gateway.availability_zone_ids).size).toBe(2);
    const operation = await operationOf(rest.operation.id);
    expect(operation.steps.map(({ name, state }: Body) => `${name} ${state}`)).toEqual([
      'place-on-zones done',
      'reserve-addresses done',
      'bind-eips done',
      'attach-ports done',
      'bring-up-endpoints done',
      'announce-local-subnets done',
    ]);
    const held = await holdings(stack);
    expect(Number(before.free) - Number(held.free)).toBe(6);
    expect(held).toMatchObject({ ports: '4', places: '2' });

    await huawei.destroy(`/vpn-gateways/${created.id}`);
    expect(await holdings(stack)).toEqual(before);
  });

  it('keep the addresses that were booked before, and swap them', async () => {
    const { vpcId, subnetId } = await makePlace(stack);
    const before = await holdings(stack);
    const [first, second, third] = await Promise.all([1, 2, 3].map(() => bookEip(stack)));
    const { id } = await huawei.createGateway({
      name: 'booked.addresses_1',
      vpc_id: vpcId,
      connect_subnet: subnetId,
      local_subnets: ['192.168.0.0/24'],
      eip1: { id: first?.id },
      eip2: { id: second?.id },
    });
    const gateway = await huawei.provisioned(id);
    expect([gateway.eip1.ip_address, gateway.eip2.ip_address]).toEqual([first?.address, second?.address]);
    expect(
      await huawei.refusal('POST', '/vpn-gateways', {
        vpn_gateway: {
          vpc_id: vpcId,
          connect_subnet: subnetId,
          local_subnets: ['192.168.0.0/24'],
          eip1: { id: first?.id },
          eip2: { id: third?.id },
        },
      }),
    ).toMatchObject({ status: 400, code: 'VPN.0112' });

    await huawei.call('PUT', `/vpn-gateways/${id}`, {
      vpn_gateway: { name: 'swapped', local_subnets: ['192.168.9.0/24'], eip_id_1: third?.id },
    });
    expect(await huawei.provisioned(id)).toMatchObject({
      status: 'ACTIVE',
      name: 'swapped',
      local_subnets: ['192.168.9.0/24'],
      eip1: { id: third?.id, ip_address: third?.address },
      eip2: { id: second?.id },
    });
    await huawei.destroy(`/vpn-gateways/${id}`);
    // The three are still booked, and nobody's.
    const after = await holdings(stack);
    expect(Number(before.free) - Number(after.free)).toBe(3);
    for (const eip of [first, second, third]) {
      await send(stack, 'DELETE', `/ipam/v1/regions/${REGION}/ips/${eip?.id}`);
    }
    expect(await holdings(stack)).toEqual(before);
  });

  it('can be private, in a subnet of their own, with given addresses', async () => {
    const { vpcId, subnetId } = await makePlace(stack);
    const access = await makeNetwork(stack, vpcId, '10.200.7.0/28');
    const before = await holdings(stack);
    const { id } = await huawei.createGateway({
      network_type: 'private',
      vpc_id: vpcId,
      connect_subnet: subnetId,
      access_subnet_id: access.subnetId,
      access_private_ip_1: '10.200.7.9',
      access_private_ip_2: '10.200.7.5',
      local_subnets: ['192.168.0.0/24'],
      ha_mode: 'active-standby',
      tags: [{ key: 'Región', value: 'a+b@c' }],
    });
    const gateway = await huawei.provisioned(id);
    expect(gateway).toMatchObject({
      status: 'ACTIVE',
      network_type: 'private',
      access_private_ip_1: '10.200.7.9',
      access_private_ip_2: '10.200.7.5',
      ha_mode: 'active-standby',
      tags: [{ key: 'Región', value: 'a+b@c' }],
    });
    expect(gateway).not.toHaveProperty('eip1');
    const held = await holdings(stack);
    expect(Number(before.free) - Number(held.free)).toBe(4);
    await huawei.destroy(`/vpn-gateways/${id}`);
    expect(await holdings(stack)).toEqual(before);
  });

  it('can hang on an enterprise router', async () => {
    const { vpcId, subnetId } = await makePlace(stack);
    const created = await huawei.createGateway({
      attachment_type: 'er',
      er_id: vpcId,
      access_subnet_id: subnetId,
      flavor: 'Professional2',
      bgp_asn: 65533,
      eip1: newEip({ bandwidth_size: 1000 }),
      eip2: newEip({ bandwidth_size: 1000 }),
    });
    expect(created).toMatchObject({ attachment_type: 'er', er_id: vpcId, access_vpc_id: vpcId, bgp_asn: 65533 });
    for (const member of ['vpc_id', 'local_subnets', 'local_subnets_v6']) expect(created).not.toHaveProperty(member);
    expect(await huawei.provisioned(created.id)).toMatchObject({ status: 'ACTIVE' });
    await huawei.destroy(`/vpn-gateways/${created.id}`);
  });

  it('are listed, by enterprise project too', async () => {
    const { vpcId, subnetId } = await makePlace(stack);
    const enterprise = '5d2a9c4e-7f35-4b0e-9a51-6f1a4a7a1d11';
    const make = (enterprise_project_id: string): Promise<Body> =>
      huawei.createGateway({
        network_type: 'private',
        vpc_id: vpcId,
        connect_subnet: subnetId,
        local_subnets: ['192.168.0.0/24'],
        enterprise_project_id,
      });
    const ids = [(await make('0')).id, (await make(enterprise)).id];
    for (const id of ids) await huawei.provisioned(id);
    const list = async (query?: Body): Promise<string[]> =>
      (await huawei.call('GET', '/vpn-gateways', undefined, query)).vpn_gateways.map(({ id }: Body) => id);
    expect(await list()).toEqual(expect.arrayContaining(ids));
    expect(await list({ enterprise_project_id: enterprise })).toEqual([ids[1]]);
    const { quotas } = await huawei.call('GET', '/vpn/quotas');
    expect(quotas.resources).toEqual(
      expect.arrayContaining([{ type: 'vpn_gateway', quota: 50, used: (await list()).length }]),
    );
    for (const id of ids) await huawei.destroy(`/vpn-gateways/${id}`);
  });

  it('tell where they can be', async () => {
    const v5 = await huawei.call('GET', '/vpn-gateways/availability-zones');
    expect(v5.availability_zones.professional1.vpc).toEqual(['fr-par-1', 'fr-par-2', 'fr-par-3']);
    expect(v5.availability_zones.basic.er).toEqual([]);
    expect(v5.availability_zones.gm.vpc).toEqual(['fr-par-1']);
    const v51 = await huawei.call('GET', `/v5.1/${huawei.projectId}/vpn-gateways/availability-zones`);
    expect(v51.availability_zones.map(({ name }: Body) => name)).toEqual(['fr-par-1', 'fr-par-2', 'fr-par-3']);
    expect(v51.availability_zones[0].available_specs).toContainEqual({
      flavor: 'GM',
      attachment_type: 'vpc',
      ip_version: 'ipv4',
    });
  });

  it('cannot be deleted twice, nor while they are being made', async () => {
    const { vpcId, subnetId } = await makePlace(stack);
    const { id } = await huawei.createGateway({
      network_type: 'private',
      vpc_id: vpcId,
      connect_subnet: subnetId,
      local_subnets: ['192.168.0.0/24'],
    });
    await huawei.provisioned(id);
    await huawei.destroy(`/vpn-gateways/${id}`);
    expect(await huawei.refusal('DELETE', `/vpn-gateways/${id}`)).toMatchObject({ status: 404, code: 'VPN.0509' });
  });
});

function newEip(change: Body = {}): Body {
  return { type: '5_bgp', charge_mode: 'bandwidth', bandwidth_size: 300, ...change };
}
