/**
 * What must hold in every deployment at every moment: one query each, which answers a row `{ what }` for each breach.
 * All of them are run on one snapshot. Used by `npm run doctor` and after every chaos and saga test.
 */

/** How long past its deadline an operation may take to be undone: one lease, one sweep, and the way back. */
const GRACE = "interval '60 s'";

/** A change that peerings have not followed yet has left an event; whoever follows it deletes it with that. */
const NO_CHECK_WAITS = 'NOT EXISTS (SELECT FROM network.peering_check)';

/** Events that are older may have been forgotten. */
const FEED_KEPT = "interval '30 days'";

const INVARIANTS = [
  {
    id: 'I1',
    holds: 'an address is given out once per subnet, and lies inside it',
    sql: `SELECT format('%s of subnet %s is given out %s times', host(address), subnet_id, count(*)) AS what
            FROM ipam.address GROUP BY subnet_id, address HAVING count(*) > 1
          UNION ALL
          SELECT format('address %s lies outside its subnet %s', host(a.address), s.cidr)
            FROM ipam.address a JOIN ipam.subnet s ON s.id = a.subnet_id WHERE NOT a.address << s.cidr`,
  },
  {
    id: 'I2',
    holds: 'every address has a living owner or is a reservation, and every owner its addresses',
    sql: `SELECT format('address %s (%s) belongs to the NIC %s, which is gone', host(a.address), a.id, a.owner_id) AS what
            FROM ipam.address a
           WHERE a.owner_type = 'instance_private_nic'
             AND NOT EXISTS (SELECT FROM network.attachment n WHERE n.id::text = a.owner_id)
          UNION ALL
          SELECT format('address %s (%s) belongs to the VPN gateway %s, which is %s', host(a.address), a.id, a.owner_id,
                        coalesce(g.state, 'gone'))
            FROM ipam.address a LEFT JOIN vpn.gateway g ON g.id::text = a.owner_id
           WHERE a.owner_type = 'vpn_gateway' AND (g.id IS NULL OR g.state = 'fault')
          UNION ALL
          SELECT format('port %s of network %s belongs to the VPN gateway %s, which is %s', p.id, p.private_network_id,
                        p.gateway_id, coalesce(g.state, 'gone'))
            FROM network.gateway_port p LEFT JOIN vpn.gateway g ON g.id = p.gateway_id
           WHERE g.id IS NULL OR g.state = 'fault'
          UNION ALL
          SELECT format('route %s (%s) belongs to the VPN connection %s, which is %s', r.id, r.destination, r.connection_id,
                        coalesce(c.state, 'gone'))
            FROM network.vpn_route r LEFT JOIN vpn.connection c ON c.id = r.connection_id
           WHERE c.id IS NULL OR c.state = 'error'
          UNION ALL
          SELECT format('endpoint %s of the active VPN gateway %s lacks a zone, a port or an address', e.id, g.id)
            FROM vpn.gateway g JOIN vpn.endpoint e ON e.gateway_id = g.id
           WHERE g.state = 'active'
             AND (e.zone IS NULL OR e.access_address IS NULL
               OR (g.attachment_type = 'vpc' AND e.connect_address IS NULL)
               OR (g.network_type = 'public' AND e.eip_address IS NULL)
               OR NOT EXISTS (SELECT FROM network.gateway_port p WHERE p.id = e.access_port_id))
          UNION ALL
          SELECT format('VPN gateway %s is fault and its endpoint %s still holds something', g.id, e.id)
            FROM vpn.gateway g JOIN vpn.endpoint e ON e.gateway_id = g.id
           WHERE g.state = 'fault' AND num_nonnulls(e.zone, e.access_address, e.connect_address, e.eip_address) > 0
          UNION ALL
          SELECT format('address %s (%s) belongs to nobody', host(address), id)
            FROM ipam.address WHERE owner_id IS NULL AND NOT is_reserved
          UNION ALL
          SELECT format('subnet %s (%s) belongs to the network %s, which is gone', s.cidr, s.id, s.private_network_id)
            FROM ipam.subnet s
           WHERE s.zone IS NULL
             AND NOT EXISTS (SELECT FROM network.private_network n WHERE n.id = s.private_network_id)
          UNION ALL
          SELECT format('the active NIC %s has no IPv4 address on its managed network %s', t.id, t.private_network_id)
            FROM network.attachment t JOIN ipam.subnet s ON s.private_network_id = t.private_network_id
           WHERE t.state = 'active' AND family(s.cidr) = 4 AND t.created_at > s.created_at
             AND NOT EXISTS (SELECT FROM ipam.address a WHERE a.owner_id = t.id::text)`,
  },
  {
    id: 'I3',
    holds: 'an attached address belongs to a NIC of its own network and project, a gateway has the addresses it tells',
    sql: `SELECT format('address %s is attached to NIC %s of another network or project', host(a.address), t.id) AS what
            FROM ipam.address a JOIN network.attachment t ON t.id::text = a.owner_id
           WHERE a.private_network_id <> t.private_network_id OR a.project_id <> t.project_id
          UNION ALL
          SELECT format('VPN gateway %s tells %s, which ipam has not given it', g.id, host(told.address))
            FROM vpn.gateway g JOIN vpn.endpoint e ON e.gateway_id = g.id,
         LATERAL (VALUES (e.access_address, g.access_subnet_id), (e.connect_address, g.connect_subnet_id),
                         (e.eip_address, NULL)) told (address, subnet_id)
           WHERE g.state = 'active' AND told.address IS NOT NULL
             AND NOT EXISTS (SELECT FROM ipam.address a
                              WHERE a.owner_id = g.id::text AND a.address = told.address AND a.project_id = g.project_id
                                AND (told.subnet_id IS NULL OR a.subnet_id = told.subnet_id))`,
  },
  {
    id: 'I4',
    holds: 'every accepted operation ends within its deadline and one reconcile period',
    sql: `SELECT format('operation %s (%s) is %s past its deadline%s', id, kind,
                        date_trunc('second', now() - deadline), CASE WHEN is_stuck THEN ' and stuck' ELSE '' END) AS what
            FROM ops.operation WHERE state = 'pending' AND deadline + ${GRACE} < now()
          UNION ALL
          SELECT format('operation %s (%s) is stuck in its undo', id, kind)
            FROM ops.operation WHERE state = 'pending' AND is_stuck`,
  },
  {
    id: 'I5',
    holds: 'every ended operation has exactly one terminal event, and no other has one',
    sql: `SELECT format('operation %s is %s and has %s terminal events', o.id, o.state, count(e.id)) AS what
            FROM ops.operation o LEFT JOIN ops.event e ON e.operation_id = o.id AND e.type LIKE 'operation.%'
           GROUP BY o.id, o.state HAVING count(e.id) <> CASE o.state WHEN 'pending' THEN 0 ELSE 1 END`,
  },
  {
    id: 'I6',
    holds: 'a resource agrees with its latest operation, and only a pending one holds a lock',
    sql: `WITH latest AS (
            SELECT DISTINCT ON (resource_id) * FROM ops.operation ORDER BY resource_id, id DESC
          ), expected AS (
            SELECT id, kind, state, resource_id,
                   -- A VPC is gone as soon as its deletion is accepted; what runs is the end of its router.
                   CASE WHEN kind = 'vpc.delete' THEN false
                        WHEN kind = 'peering.deactivate' THEN state <> 'success'
                        -- A VPN gateway or connection that could not be made stays, as fault or error, until it is deleted.
                        WHEN kind IN ('vpn-gateway.create', 'vpn-connection.create') THEN true
                        WHEN kind LIKE '%.create' THEN state IN ('pending', 'success')
                        WHEN kind LIKE '%.delete' THEN state <> 'success'
                        ELSE true END AS is_there
              -- A link that could not be made is tried again or forgotten.
              FROM latest WHERE NOT (kind = 'peering.activate' AND state IN ('failure', 'timeout'))
          ), resource AS (
            SELECT id, state FROM network.private_network UNION ALL SELECT id, state FROM network.attachment
            UNION ALL SELECT id, state FROM network.vpc UNION ALL SELECT id, state FROM network.route
            UNION ALL SELECT id, state FROM network.peering UNION ALL SELECT id, phase FROM network.peering_link
            UNION ALL SELECT id, state FROM vpn.gateway UNION ALL SELECT id, state FROM vpn.connection
          )
          SELECT format('%s of %s is %s, but the resource is %s', e.kind, e.resource_id, e.state,
                        coalesce(r.state, 'gone')) AS what
            FROM expected e LEFT JOIN resource r ON r.id = e.resource_id
           WHERE e.is_there <> (r.id IS NOT NULL)
              OR (e.state <> 'pending' AND r.state IN ('creating', 'updating', 'deleting', 'attaching', 'detaching'))
          UNION ALL
          SELECT format('the lock of %s is held by operation %s, which is %s', l.resource_id, l.operation_id,
                        coalesce(o.state, 'gone'))
            FROM ops.live_operation l LEFT JOIN ops.operation o ON o.id = l.operation_id
           WHERE o.state IS DISTINCT FROM 'pending'
          UNION ALL
          SELECT format('operation %s is pending without its lock', o.id) FROM ops.operation o
           WHERE o.state = 'pending'
             AND NOT EXISTS (SELECT FROM ops.live_operation l WHERE l.operation_id = o.id)
          UNION ALL
          SELECT format('network %s counts %s attachments and has %s', n.id, n.attachment_count, count(t.id))
            FROM network.private_network n LEFT JOIN network.attachment t ON t.private_network_id = n.id
           GROUP BY n.id HAVING n.attachment_count <> count(t.id)
          UNION ALL
          SELECT format('instance %s counts %s attachments and has %s', i.id, i.attachment_count, count(t.id))
            FROM network.instance i LEFT JOIN network.attachment t ON t.instance_id = i.id
           GROUP BY i.id HAVING i.attachment_count <> count(t.id)
          UNION ALL
          SELECT format('%s %s is %s and no operation holds it', r.type, r.id, r.state)
            FROM (SELECT 'VPC' AS type, id, state FROM network.vpc
                  UNION ALL SELECT 'route', id, state FROM network.route
                  UNION ALL SELECT 'VPN gateway', id, state FROM vpn.gateway
                  UNION ALL SELECT 'VPN connection', id, state FROM vpn.connection) r
           WHERE r.state IN ('creating', 'updating', 'deleting')
             AND NOT EXISTS (SELECT FROM ops.live_operation l WHERE l.resource_id = r.id)
          UNION ALL
          SELECT format('VPN gateway %s counts %s connections and has %s', g.id, g.connection_count, count(c.id))
            FROM vpn.gateway g LEFT JOIN vpn.connection c ON c.gateway_id = g.id
           GROUP BY g.id HAVING g.connection_count <> count(c.id)
          UNION ALL
          SELECT format('zone %s counts %s endpoints of VPN gateways and has %s', coalesce(z.zone, e.zone), coalesce(z.used, 0),
                        coalesce(e.has, 0))
            FROM vpn.zone_usage z
            FULL JOIN (SELECT zone, count(*) AS has FROM vpn.endpoint WHERE zone IS NOT NULL GROUP BY zone) e ON e.zone = z.zone
           WHERE coalesce(z.used, 0) <> coalesce(e.has, 0)
          UNION ALL
          SELECT format('project %s counts %s %ss and has %s', coalesce(u.project_id, h.project_id), coalesce(u.used, 0),
                        coalesce(u.resource, h.resource), coalesce(h.has, 0))
            FROM (SELECT project_id, resource, sum(used) AS used
                    FROM (TABLE network.project_usage UNION ALL TABLE vpn.project_usage) shard GROUP BY 1, 2) u FULL JOIN (
              SELECT project_id, 'vpc' AS resource, count(*) AS has FROM network.vpc GROUP BY project_id
              UNION ALL
              SELECT project_id, 'private-network', count(*) FROM network.private_network GROUP BY project_id
              UNION ALL
              SELECT project_id, 'route', count(*) FROM network.route GROUP BY project_id
              UNION ALL
              SELECT project_id, 'vpn-gateway', count(*) FROM vpn.gateway GROUP BY project_id
              UNION ALL
              SELECT project_id, 'vpn-connection', count(*) FROM vpn.connection GROUP BY project_id
              UNION ALL
              SELECT project_id, 'customer-gateway', count(*) FROM vpn.customer_gateway GROUP BY project_id
            ) h ON h.project_id = u.project_id AND h.resource = u.resource
           WHERE coalesce(u.used, 0) <> coalesce(h.has, 0)`,
  },
  {
    id: 'I7',
    holds: 'free, used and held addresses add up to the size of their subnet',
    sql: `SELECT format('subnet %s (%s): %s free + %s used + %s held is not %s', s.cidr, s.id, f.free, u.used, h.held,
                        t.total) AS what
            FROM ipam.subnet s,
         LATERAL (SELECT power(2::numeric, CASE family(s.cidr) WHEN 4 THEN 32 ELSE 128 END - masklen(s.cidr)) AS total) t,
         LATERAL (SELECT coalesce(sum(ipam.number_of(hi) - ipam.number_of(lo) + 1), 0) AS free
                    FROM ipam.free_interval WHERE subnet_id = s.id) f,
         LATERAL (SELECT count(*) AS used FROM ipam.address WHERE subnet_id = s.id) u,
         LATERAL (SELECT CASE family(s.cidr) WHEN 4 THEN 2 ELSE 1 END + CASE WHEN s.gateway IS NULL THEN 0 ELSE 1 END
                         AS held) h
           WHERE f.free + u.used + h.held <> t.total
          UNION ALL
          SELECT format('%s of subnet %s is both free and used', host(a.address), a.subnet_id)
            FROM ipam.address a,
         -- Intervals are disjoint, so only the first one that ends at or above the address can cover it: one index look-up.
         LATERAL (SELECT f.lo FROM ipam.free_interval f
                   WHERE f.subnet_id = a.subnet_id AND f.hi >= a.address ORDER BY f.hi LIMIT 1) nearest
           WHERE nearest.lo <= a.address`,
  },
  {
    id: 'I8',
    holds: 'joined subnets of one VPC do not overlap, nor those of active peers, and its routes lead into it',
    sql: `SELECT format('%s (%s) overlaps %s (%s) in VPC %s', a.cidr, a.id, b.cidr, b.id, a.vpc_id) AS what
            FROM ipam.subnet a JOIN ipam.subnet b ON a.vpc_id = b.vpc_id AND a.id < b.id AND a.cidr && b.cidr
           WHERE a.is_joined AND b.is_joined
          UNION ALL
          SELECT format('VNI %s is used by %s networks', vni, count(*))
            FROM network.private_network GROUP BY vni HAVING count(*) > 1
          UNION ALL
          SELECT format('route %s of VPC %s leads to network %s, which that does not route', r.id, r.vpc_id, n.id)
            FROM network.route r LEFT JOIN network.attachment t ON t.id = r.next_hop_attachment_id
            JOIN network.private_network n ON n.id IN (r.next_hop_private_network_id, t.private_network_id)
            JOIN network.vpc v ON v.id = r.vpc_id
           WHERE n.vpc_id <> r.vpc_id OR n.connectivity <> 'joined' OR NOT v.is_routing_enabled
              OR n.project_id <> r.project_id OR v.project_id <> r.project_id
          UNION ALL
          SELECT format('VPN route %s of VPC %s leads to network %s, which nothing routes', r.id, r.vpc_id, n.id)
            FROM network.vpn_route r JOIN network.private_network n ON n.id = r.next_hop_private_network_id
            JOIN network.vpc v ON v.id = r.vpc_id
           WHERE n.connectivity <> 'joined' OR NOT v.is_routing_enabled
              OR n.project_id <> r.project_id OR v.project_id <> r.project_id
          UNION ALL
          SELECT format('VPC %s has a custom route and a VPN route to %s', c.vpc_id, c.destination)
            FROM network.route c JOIN network.vpn_route r ON r.vpc_id = c.vpc_id AND r.destination = c.destination
          UNION ALL
          SELECT format('port %s of project %s is on a network of another project', p.id, p.project_id)
            FROM network.gateway_port p JOIN network.private_network n ON n.id = p.private_network_id
           WHERE n.project_id <> p.project_id
          UNION ALL
          SELECT format('%s and %s overlap, of networks %s and %s, whose peering %s is active', a.cidr, b.cidr,
                        p.local_network_id, p.peer_network_id, p.id)
            FROM network.peering p
            JOIN ipam.subnet a ON a.private_network_id = p.local_network_id
            JOIN ipam.subnet b ON b.private_network_id = p.peer_network_id AND b.cidr && a.cidr
            JOIN network.private_network l ON l.id = p.local_network_id AND l.state = 'active'
            JOIN network.private_network r ON r.id = p.peer_network_id AND r.state = 'active'
           WHERE p.state = 'active' AND ${NO_CHECK_WAITS}
          UNION ALL
          SELECT format('VPC %s reaches %s in network %s and %s in network %s', a.vpc_id, a.destination, a.peer_network_id,
                        b.destination, b.peer_network_id)
            FROM network.peering_route a JOIN network.peering_route b
              ON a.vpc_id = b.vpc_id AND a.peer_network_id < b.peer_network_id AND a.destination && b.destination`,
  },
  {
    id: 'I9',
    holds:
      'one side of a peering is active exactly when the other is, with routes installed; others say why they are not',
    sql: `SELECT format('peering %s is active and its other side %s', p.id, coalesce(b.state, 'is missing')) AS what
            FROM network.peering p LEFT JOIN network.peering b
              ON b.local_network_id = p.peer_network_id AND b.peer_network_id = p.local_network_id
           WHERE p.state = 'active' AND b.state IS DISTINCT FROM 'active'
          UNION ALL
          SELECT format('peering %s is %s and its link is %s', p.id, p.state, coalesce(k.phase, 'missing'))
            FROM network.peering p LEFT JOIN network.peering_link k ON p.id IN (k.low_id, k.high_id)
           WHERE (p.state = 'active') <> (k.phase IS NOT DISTINCT FROM 'installed')
              OR (k.phase IN ('installing', 'removing') AND p.state <> 'provisioning')
          UNION ALL
          SELECT format('peering %s is %s and does not say why', id, state)
            FROM network.peering WHERE state <> 'active' AND state_reason IS NULL
          UNION ALL
          SELECT format('peering %s is active, but disabled or not routed', p.id)
            FROM network.peering p JOIN network.private_network n ON n.id = p.local_network_id
            JOIN network.vpc v ON v.id = n.vpc_id
           WHERE p.state = 'active' AND ${NO_CHECK_WAITS}
             AND (p.intent = 'disabled' OR n.connectivity = 'isolated' OR NOT v.is_routing_enabled)
          UNION ALL
          SELECT format('peering %s (project %s) is from a network of another project', p.id, p.project_id)
            FROM network.peering p JOIN network.private_network n ON n.id = p.local_network_id
           WHERE n.project_id <> p.project_id`,
  },
  {
    id: 'I10',
    holds: 'every committed event waits for its position or has one, just once, and positions have no gaps',
    sql: `SELECT format('event %s is queued %s times and told %s times', e.id, count(q.event_id), count(f.event_id)) AS what
            FROM ops.event e LEFT JOIN ops.event_queue q ON q.event_id = e.id LEFT JOIN ops.event_feed f ON f.event_id = e.id
           WHERE e.created_at > now() - ${FEED_KEPT}
           GROUP BY e.id HAVING count(q.event_id) + count(f.event_id) <> 1
          UNION ALL
          SELECT format('position %s is of event %s, which is gone', f.position, f.event_id)
            FROM ops.event_feed f WHERE NOT EXISTS (SELECT FROM ops.event e WHERE e.id = f.event_id)
          UNION ALL
          SELECT format('the feed has %s events at positions %s to %s, and its head is %s', count(f.position), min(f.position),
                        max(f.position), h.position)
            FROM ops.feed_head h LEFT JOIN ops.event_feed f ON true
           GROUP BY h.position
          HAVING count(f.position) <> coalesce(h.position - min(f.position) + 1, 0) OR max(f.position) <> h.position
          UNION ALL
          SELECT format('resource %s has event %s at position %s, and was told %s', f.resource_id, f.resource_sequence, f.position,
                        coalesce(h.sequence, 0))
            FROM (SELECT *, lag(resource_sequence) OVER told AS former, lead(position) OVER told IS NULL AS is_last
                    FROM ops.event_feed WINDOW told AS (PARTITION BY resource_id ORDER BY position)) f
            LEFT JOIN ops.resource_head h ON h.resource_id = f.resource_id
           WHERE f.resource_sequence <> f.former + 1 OR (f.is_last AND f.resource_sequence IS DISTINCT FROM h.sequence)`,
  },
  {
    id: 'I12',
    holds: "every user's operation is audited, and the audit is whole: sealed or about to be, in one chain of hashes",
    sql: `SELECT CASE WHEN l.position <> l.before + 1 THEN format('the audit has no position %s', l.before + 1)
                      WHEN (l.entry).id IS NULL THEN format('audit entry %s (position %s) is gone', l.entry_id, l.position)
                      ELSE format('audit entry %s (position %s) or its seal was changed', l.entry_id, l.position) END AS what
            FROM (SELECT s.position, s.entry_id, s.hash, e AS entry, lag(s.position, 1, 0::bigint) OVER chain AS before,
                         lag(s.hash, 1, decode(repeat('00', 32), 'hex')) OVER chain AS former
                    FROM ops.audit_seal s LEFT JOIN ops.audit_entry e ON e.id = s.entry_id
                  WINDOW chain AS (ORDER BY s.position)) l
           WHERE l.position <> l.before + 1 OR (l.entry).id IS NULL OR l.hash <> ops.audit_hash(l.former, l.entry)
          UNION ALL
          SELECT format('the audit ends at position %s, but its head is at %s', coalesce(s.position, 0), h.position)
            FROM (TABLE ops.audit_head) h FULL JOIN (SELECT position, hash FROM ops.audit_seal ORDER BY 1 DESC LIMIT 1) s
              ON true
           WHERE (coalesce(s.position, 0), coalesce(s.hash, decode(repeat('00', 32), 'hex')))
                 IS DISTINCT FROM (h.position, h.hash)
          UNION ALL
          SELECT format('audit entry %s is neither sealed nor about to be', e.id) FROM ops.audit_entry e
           WHERE NOT EXISTS (SELECT FROM ops.audit_seal s WHERE s.entry_id = e.id)
             AND NOT EXISTS (SELECT FROM ops.audit_queue q WHERE q.entry_id = e.id)
          UNION ALL
          SELECT format('audit entry %s is gone before it was sealed', q.entry_id) FROM ops.audit_queue q
           WHERE NOT EXISTS (SELECT FROM ops.audit_entry e WHERE e.id = q.entry_id)
          UNION ALL
          SELECT format('operation %s (%s) of %s is not audited', o.id, o.kind, o.principal) FROM ops.operation o
           WHERE o.created_at > (SELECT since FROM ops.audit_head)
             AND EXISTS (SELECT FROM gateway.api_key k WHERE k.access_key = o.principal)
             AND NOT EXISTS (SELECT FROM ops.audit_entry e WHERE e.operation_id = o.id AND e.outcome = 'accepted')
             -- A command may answer without its operation.
             AND NOT EXISTS (SELECT FROM ops.audit_entry e
                              WHERE e.operation_id IS NULL AND e.outcome = 'accepted' AND e.project_id = o.project_id
                                AND e.request_id = o.request_id AND e.resource_id = o.resource_id::text)`,
  },
];

/**
 * Audits a live deployment on one snapshot.
 *
 * @param {{ query(sql: string): Promise<{ rows: { what: string }[] }> }} client a pg client of its own, with rights on all schemas
 * @returns {Promise<{ id: string, holds: string, breaches: string[] }[]>}
 */
async function audit(client) {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    const results = [];
    for (const { id, holds, sql } of INVARIANTS) {
      const { rows } = await client.query(sql);
      results.push({ id, holds, breaches: rows.map(({ what }) => what) });
    }
    return results;
  } finally {
    await client.query('ROLLBACK');
  }
}

module.exports = { INVARIANTS, audit };
