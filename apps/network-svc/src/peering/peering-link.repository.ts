import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Queryable, Tx } from '@isthmus/db';

/** A destination that the router of a VPC has, or is about to have, through a link. */
export interface PeeringRoute {
  linkId: string;
  vpcId: string;
  peerNetworkId: string;
  destination: string;
}

/** One side of a link as the fabric must have it; stored as the input of an operation. */
export interface LinkSide {
  id: string;
  peerId: string;
  projectId: string;
  networkId: string;
  routerId: string;
  /** The revision of the way back; the way forward has the one before. */
  revision: string;
  destinations: string[];
}

/** A link whose routes must be moved. */
export interface PendingLink {
  id: string;
  phase: 'installing' | 'removing';
  low: LinkSide;
  high: LinkSide;
}

/** How an operation left its link. */
export type LinkOutcome = { phase: 'installed' } | { phase: 'failed'; failure: string } | { phase: 'gone' };

const RETRY_AFTER_S = 30;

const ROUTE = `r.link_id AS "linkId", r.vpc_id AS "vpcId", r.peer_network_id AS "peerNetworkId", r.destination::text`;
const OWN_ROUTES = `SELECT ${ROUTE} FROM network.peering_route r WHERE r.link_id = ANY ($1)`;

/** By the index of the constraint, so that a router with many peerings costs no more than one with few. */
const IN_THE_WAY = `
  SELECT DISTINCT ${ROUTE}
    FROM unnest($1::uuid[]) AS vpc (id) CROSS JOIN unnest($3::cidr[]) AS wanted (block)
    JOIN network.peering_route r ON r.vpc_id = vpc.id AND r.destination && wanted.block
   WHERE r.peer_network_id <> ALL ($2) ORDER BY 4`;

/** Whoever installs in a VPC decides alone until the commit; both VPCs in the order of their keys. */
const LOCK_VPCS = `
  SELECT pg_advisory_xact_lock(key)
    FROM (SELECT DISTINCT hashtextextended('peerings of ' || id, 0) AS key FROM unnest($1::text[]) id ORDER BY key) k`;

/** A peering is of one pair, so its lower side has one link at most. */
const INSTALL = `
  INSERT INTO network.peering_link (id, low_id, high_id, phase) VALUES ($1, $2, $3, 'installing')
  ON CONFLICT (low_id) DO UPDATE SET phase = 'installing', failure = NULL, retry_at = NULL
  RETURNING id`;
const DROP_ROUTES = 'DELETE FROM network.peering_route WHERE link_id = $1';
const INSERT_ROUTES = `
  INSERT INTO network.peering_route (link_id, vpc_id, peer_network_id, destination)
  SELECT $1, * FROM unnest($2::uuid[], $3::uuid[], $4::cidr[]) ON CONFLICT DO NOTHING`;

/** Two revisions: one for the way forward, a later one for the way back. */
const RAISE = 'UPDATE network.peering SET revision = revision + 2 WHERE id IN ($1, $2)';
const WITHDRAW = `UPDATE network.peering_link SET phase = 'removing' WHERE id = $1`;
const INSTALLED = `UPDATE network.peering_link SET phase = 'installed' WHERE id = $1`;
const FAILED = `
  UPDATE network.peering_link SET phase = 'failed', failure = $2, retry_at = now() + interval '${RETRY_AFTER_S} s'
   WHERE id = $1`;
const DELETE = 'DELETE FROM network.peering_link WHERE id = $1';

const side = (own: string, other: string): string => `
  SELECT json_build_object('id', ${own}.id, 'peerId', ${other}.id, 'projectId', ${own}.project_id,
           'networkId', ${own}.local_network_id, 'routerId', n.vpc_id, 'revision', ${own}.revision::text,
           'destinations', coalesce(array(
             SELECT DISTINCT r.destination::text FROM network.peering_route r
              WHERE r.link_id = k.id AND r.peer_network_id = ${own}.peer_network_id ORDER BY 1), '{}'))
    FROM network.private_network n WHERE n.id = ${own}.local_network_id`;
const PENDING = `
  SELECT k.id, k.phase, (${side('a', 'b')}) AS low, (${side('b', 'a')}) AS high
    FROM network.peering_link k JOIN network.peering a ON a.id = k.low_id JOIN network.peering b ON b.id = k.high_id
   WHERE k.phase IN ('installing', 'removing')
     AND NOT EXISTS (SELECT FROM ops.live_operation o WHERE o.resource_id = k.id)
   ORDER BY k.id LIMIT $1 FOR UPDATE OF k SKIP LOCKED`;

/** The SQL of links and their routes; every write happens under the locks of both sides. */
@Injectable()
export class PeeringLinkRepository {
  routesOf(on: Queryable, linkIds: string[]): Promise<PeeringRoute[]> {
    return on.query<PeeringRoute>(OWN_ROUTES, [linkIds]);
  }

  /** What these VPCs reach in other networks than these, and overlaps one of the blocks. */
  routesInTheWay(on: Queryable, vpcIds: string[], networkIds: string[], cidrs: string[]): Promise<PeeringRoute[]> {
    return on.query<PeeringRoute>(IN_THE_WAY, [vpcIds, networkIds, cidrs]);
  }

  async lockVpcs(tx: Tx, vpcIds: string[]): Promise<void> {
    await tx.query(LOCK_VPCS, [vpcIds]);
  }

  /** The link of the two, new or as it is, with these routes in place of those it had. Needs the locks of both VPCs. */
  async install(tx: Tx, lowId: string, highId: string, routes: Omit<PeeringRoute, 'linkId'>[]): Promise<void> {
    const [link] = await tx.query<{ id: string }>(INSTALL, [randomUUID(), lowId, highId]);
    if (!link) throw new Error('the insert of a peering link answered nothing');
    await tx.execute(DROP_ROUTES, [link.id]);
    const inserted = await tx.execute(INSERT_ROUTES, [
      link.id,
      routes.map(({ vpcId }) => vpcId),
      routes.map(({ peerNetworkId }) => peerNetworkId),
      routes.map(({ destination }) => destination),
    ]);
    if (inserted !== routes.length) throw new Error(`routes of peering link ${link.id} overlap others of its VPCs`);
    await tx.execute(RAISE, [lowId, highId]);
  }

  async withdraw(tx: Tx, linkId: string, lowId: string, highId: string): Promise<void> {
    await tx.execute(WITHDRAW, [linkId]);
    await tx.execute(RAISE, [lowId, highId]);
  }

  async delete(tx: Tx, linkId: string): Promise<void> {
    await tx.execute(DELETE, [linkId]);
  }

  async end(tx: Tx, linkId: string, outcome: LinkOutcome): Promise<void> {
    if (outcome.phase === 'gone') await tx.execute(DELETE, [linkId]);
    else if (outcome.phase === 'installed') await tx.execute(INSTALLED, [linkId]);
    else await tx.execute(FAILED, [linkId, outcome.failure]);
  }

  /** Links that wait for an operation, locked; those that another replica has in hand are left out. */
  lockPending(tx: Tx, limit: number): Promise<PendingLink[]> {
    return tx.query<PendingLink>(PENDING, [limit]);
  }
}
