import { randomUUID } from 'node:crypto';

const REGION = 'fr-par';
const ZONE = 'fr-par-1';

const INSERT_VPC = `INSERT INTO network.vpc (id, project_id, region, name) VALUES ($1, $2, $3, 'bench')`;

const INSERT_NETWORKS = `
  INSERT INTO network.private_network (id, project_id, vpc_id, region, name, description, labels, tags, state, vni,
                                       connectivity, is_dhcp_enabled, dhcp_options, is_default_route_propagated)
  SELECT gen_random_uuid(), $1, $2, $4, 'bench', '', '{}', '{}', 'active', vni, 'isolated', true, '{}', false
    FROM (SELECT vni FROM generate_series(1, $3::int + (SELECT count(*) FROM network.private_network)) vni
           WHERE NOT EXISTS (SELECT FROM network.private_network n WHERE n.vni = vni.vni) LIMIT $3) free
  RETURNING id`;

const INSERT_SUBNETS = `
  INSERT INTO ipam.subnet (id, project_id, private_network_id, vpc_id, region, is_joined, cidr, range_start, range_end,
                           created_by_request)
  SELECT gen_random_uuid(), $1, network_id, $2, $5, false, $4::cidr, host(network($4::cidr))::inet + 1,
         host(broadcast($4::cidr))::inet - 1, 'bench'
    FROM unnest($3::uuid[]) AS network_id
  RETURNING id, private_network_id AS "networkId"`;

/** Reserved addresses in the subnet's first $3 places, $2 of them, scattered by chance. */
const INSERT_ADDRESSES = `
  INSERT INTO ipam.address (project_id, private_network_id, subnet_id, address, is_reserved, created_by_request)
  SELECT s.project_id, s.private_network_id, s.id, s.range_start + place.n, true, 'bench'
    FROM ipam.subnet s,
         (SELECT n FROM generate_series(0, $3::int - 1) n ORDER BY random() LIMIT $2::int) place
   WHERE s.id = ANY ($1::uuid[])`;

/** Every other address of these subnets becomes the lease of a NIC. */
const ATTACH_HALF = `
  WITH leased AS (
    SELECT id, project_id, private_network_id, gen_random_uuid() AS nic_id, gen_random_uuid() AS instance_id,
           row_number() OVER (PARTITION BY private_network_id ORDER BY address) AS n
      FROM ipam.address WHERE subnet_id = ANY ($1::uuid[])
  ), chosen AS (SELECT * FROM leased WHERE n % 2 = 0
  ), instances AS (
    INSERT INTO network.instance (id, project_id, region, zone, name, attachment_count)
    SELECT instance_id, project_id, '${REGION}', '${ZONE}', 'bench', 1 FROM chosen
  ), nics AS (
    INSERT INTO network.attachment (id, project_id, private_network_id, instance_id, region, zone, mac_address, state, tags)
    SELECT nic_id, project_id, private_network_id, instance_id, '${REGION}', '${ZONE}',
           '02:00:00' || regexp_replace(lpad(to_hex(n), 6, '0'), '(..)', ':\\1', 'g'), 'active', '{}'
      FROM chosen
  ), counted AS (
    UPDATE network.private_network p SET attachment_count = c.count
      FROM (SELECT private_network_id, count(*) FROM chosen GROUP BY 1) c WHERE c.private_network_id = p.id
  )
  UPDATE ipam.address a
     SET is_reserved = false, owner_type = 'instance_private_nic', owner_id = c.nic_id::text, attached_by_request = 'bench'
    FROM chosen c WHERE c.id = a.id`;

/** The counters behind the quotas. */
const RECOUNT = `
  WITH cleared AS (UPDATE network.project_usage SET used = 0 WHERE shard > 0)
  INSERT INTO network.project_usage (project_id, resource, shard, used)
  SELECT project_id, 'vpc', 0, count(*) FROM network.vpc GROUP BY project_id
  UNION ALL SELECT project_id, 'private-network', 0, count(*) FROM network.private_network GROUP BY project_id
  ON CONFLICT (project_id, resource, shard) DO UPDATE SET used = excluded.used`;

const CLEAR = [
  'DELETE FROM ipam.address WHERE subnet_id = ANY ($1)',
  `WITH gone AS (DELETE FROM ipam.subnet WHERE id = ANY ($1) RETURNING private_network_id)
   DELETE FROM network.private_network n USING gone WHERE n.id = gone.private_network_id`,
];

/** Takes away what `seedSubnets` made. */
export async function clearSubnets(database, subnetIds) {
  for (const sql of CLEAR) await database.query(sql, [subnetIds]);
  await database.query(RECOUNT);
}

/**
 * Isolated networks of one project with one subnet each, put there by SQL; they pass the audit.
 *
 * @param {import('pg').Pool} database
 * @param {{projectId: string, region?: string, cidr: string, count: number, used: number, among?: number,
 *   isLeased?: boolean}} wanted `used` addresses of each subnet are reserved, scattered over the first `among` (all
 *   usable ones unless told); with `isLeased` every other one is a NIC's lease
 * @returns {Promise<string[]>} the ids of the subnets
 */
export async function seedSubnets(
  database,
  { projectId, region = REGION, cidr, count, used, among = used, isLeased = false },
) {
  const vpcId = randomUUID();
  await database.query(INSERT_VPC, [vpcId, projectId, region]);
  const { rows: networks } = await database.query(INSERT_NETWORKS, [projectId, vpcId, count, region]);
  const networkIds = networks.map(({ id }) => id);
  const { rows: subnets } = await database.query(INSERT_SUBNETS, [projectId, vpcId, networkIds, cidr, region]);
  const ids = subnets.map(({ id }) => id);
  if (used > 0) await database.query(INSERT_ADDRESSES, [ids, used, among]);
  if (isLeased) await database.query(ATTACH_HALF, [ids]);
  await database.query(RECOUNT);
  await database.query('SELECT ipam.rebuild_free(id) FROM unnest($1::uuid[]) AS id', [ids]);
  await database.query('ANALYZE ipam.subnet, ipam.address, ipam.free_interval');
  return ids;
}
