import { randomUUID } from 'node:crypto';
import { startStack, type Stack, violations } from '@isthmus/testing';
import { type KeyedHttp, keyedHttp, untilQuiet } from './keyed-http';

const VPC = '/vpc/v2/regions/fr-par';
const NETWORKS = `${VPC}/private-networks`;
const IPS = '/ipam/v1/regions/fr-par/ips';

interface Plan {
  id: string;
  subnets: { subnet: string }[];
  address: string;
  private_nic: { private_network_id: string };
  planned_addresses: string[];
}

/** `?dry_run=true` answers what a create would do, and leaves no trace of having been asked. */
describe('22 dry runs', () => {
  let stack: Stack;
  let send: KeyedHttp;
  let network: { id: string; vpc_id: string };

  beforeAll(async () => {
    stack = await startStack({ gateways: 2 });
    send = keyedHttp(stack);
    const made = await send({ method: 'POST', path: NETWORKS, body: { name: 'pn', subnets: ['10.20.0.0/24'] } });
    network = JSON.parse(made.text) as typeof network;
  });
  afterAll(() => stack.stop());

  /**
   * Every row of every table, version by version: an update that changes nothing shows too. But for the audit log, which
   * tells of whatever was refused.
   */
  async function everyRow(): Promise<unknown> {
    const tables = await stack.database.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
        WHERE schemaname IN ('network', 'ipam', 'vpn', 'gateway', 'ops') AND tablename NOT LIKE 'audit%' ORDER BY name`,
    );
    expect(tables.length).toBeGreaterThan(20);
    const rows = tables.map(
      ({ name }) => `SELECT '${name}' AS name, count(*)::int AS n, coalesce(
      md5(string_agg(t::text || t.xmin::text, ',' ORDER BY t::text)), '') AS digest FROM ONLY ${name} t`,
    );
    return stack.database.query(`${rows.join(' UNION ALL ')} ORDER BY name`);
  }

  async function plan(path: string, body: object): Promise<{ status: number; headers: Headers; body: Plan }> {
    await untilQuiet(stack);
    const before = await everyRow();
    const { text, ...answer } = await send({ method: 'POST', path: `${path}?dry_run=true`, body, url: stack.urls[1] });
    expect(await everyRow()).toEqual(before);
    return { ...answer, body: JSON.parse(text) as Plan };
  }

  it('of a VPC, a network, an address, a NIC and a route write nothing in any table', async () => {
    const destination = { vpc_id: network.vpc_id, destination: '10.3.0.0/24' };
    const nics = `/instance/v1/zones/fr-par-1/servers/${randomUUID()}/private_nics`;
    for (const [path, body, status] of [
      [`${VPC}/vpcs`, { name: 'plan' }, 200],
      [NETWORKS, { name: 'plan' }, 200],
      [`${NETWORKS}/${network.id}/subnets`, { subnets: ['10.23.0.0/24'] }, 200],
      [`${VPC}/routes`, { ...destination, nexthop_private_network_id: network.id }, 200],
      [IPS, { source: { private_network_id: network.id } }, 200],
      [nics, { private_network_id: network.id }, 201],
    ] as const) {
      const answer = await plan(path, body);
      expect([path, answer.status, answer.headers.get('operation-id')]).toEqual([path, status, null]);
      expect(answer.body).not.toHaveProperty('operation');
    }
    expect(await violations(stack.database)).toEqual([]);
  });

  it('tell what the real thing then gets', async () => {
    const nics = `/instance/v1/zones/fr-par-1/servers/${randomUUID()}/private_nics`;
    for (const [path, body, told] of [
      [NETWORKS, { name: 'told', vpc_id: network.vpc_id }, ({ subnets }: Plan) => subnets[0]?.subnet],
      [IPS, { source: { private_network_id: network.id } }, ({ address }: Plan) => address],
    ] as const) {
      const planned = await plan(path, body);
      const done = await send({ method: 'POST', path, body });
      expect(told(JSON.parse(done.text) as Plan)).toBe(told(planned.body));
    }
    const { planned_addresses: planned } = (await plan(nics, { private_network_id: network.id })).body;
    await send({ method: 'POST', path: nics, body: { private_network_id: network.id } });
    const held = await stack.database.query<{ address: string }>(
      "SELECT host(address) AS address FROM ipam.address WHERE owner_type = 'instance_private_nic'",
    );
    const addresses = planned.map((each) => each.split('/')[0]).sort();
    expect(held.map(({ address }) => address).sort()).toEqual(addresses);
  });

  it('refuse what the real thing would refuse', async () => {
    const overlap = { name: 'plan', vpc_id: network.vpc_id, subnets: ['10.20.0.0/25'] };
    expect(await plan(NETWORKS, overlap)).toMatchObject({ status: 409, body: { type: 'already_exists' } });
    const held = { source: { private_network_id: network.id }, address: '10.20.0.1' };
    expect((await plan(IPS, held)).status).toBe(409);
    expect((await plan(NETWORKS, { name: 'plan', vpc_id: randomUUID() })).status).toBe(404);
  });
});
