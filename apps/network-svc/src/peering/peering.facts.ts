import { Injectable } from '@nestjs/common';
import { Database, type Queryable } from '@isthmus/db';
import type { PeeringIntent, PeeringState } from '@isthmus/model';
import type { LinkPhase } from './peering.state';

/** One confirmed side of a peering with every fact about it but the subnets, which ipam-svc has. */
export interface PeeringSide {
  id: string;
  projectId: string;
  intent: PeeringIntent;
  state: PeeringState;
  stateReason: string | null;
  localNetworkId: string;
  peerNetworkId: string;
  localVpcId: string;
  isLocalRouted: boolean;
  hasPeerNetwork: boolean;
  isPeerRouted: boolean;
  reverseIntent: PeeringIntent | null;
  linkId: string | null;
  phase: LinkPhase | null;
  failure: string | null;
  isRetryDue: boolean;
}

/** Two networks, in any order. */
export type NetworkPair = [string, string];

/** What may have changed. */
export interface PeeringSelection {
  peeringIds: string[];
  networkIds: string[];
  vpcIds: string[];
}

/** A network on its way to another router is routed by neither. */
const routed = (network: string, vpc: string): string =>
  `(${network}.connectivity = 'joined' AND ${vpc}.is_routing_enabled AND ${network}.former_vpc_id IS NULL)`;

const SIDES = `
  SELECT p.id, p.project_id AS "projectId", p.intent, p.state, p.state_reason AS "stateReason",
         p.local_network_id AS "localNetworkId", p.peer_network_id AS "peerNetworkId", l.vpc_id AS "localVpcId",
         ${routed('l', 'lv')} AS "isLocalRouted", r.id IS NOT NULL AS "hasPeerNetwork",
         coalesce(${routed('r', 'rv')}, false) AS "isPeerRouted", b.intent AS "reverseIntent",
         k.id AS "linkId", k.phase, k.failure, coalesce(k.retry_at <= now(), false) AS "isRetryDue"
    FROM network.peering p
    JOIN network.private_network l ON l.id = p.local_network_id
    JOIN network.vpc lv ON lv.id = l.vpc_id
    LEFT JOIN network.private_network r ON r.id = p.peer_network_id
    LEFT JOIN network.vpc rv ON rv.id = r.vpc_id
    LEFT JOIN network.peering b
      ON b.local_network_id = p.peer_network_id AND b.peer_network_id = p.local_network_id AND b.is_confirmed
    LEFT JOIN network.peering_link k ON k.low_id = least(p.id, b.id) AND k.high_id = greatest(p.id, b.id)
   WHERE p.is_confirmed`;

const THE_PAIR = `(local_network_id, peer_network_id) IN (($1::uuid, $2::uuid), ($2::uuid, $1::uuid))`;
const LOCK_PAIR = `SELECT id FROM network.peering WHERE ${THE_PAIR} ORDER BY id FOR UPDATE`;
const OF_PAIR = `${SIDES} AND p.id IN (SELECT id FROM network.peering WHERE ${THE_PAIR}) ORDER BY p.id`;

const CHOSEN = `
  chosen AS (
    SELECT local_network_id, peer_network_id FROM network.peering WHERE id = ANY ($1)
    UNION SELECT local_network_id, peer_network_id FROM network.peering WHERE local_network_id = ANY ($2)
    UNION SELECT local_network_id, peer_network_id FROM network.peering WHERE peer_network_id = ANY ($2)
    UNION SELECT p.local_network_id, p.peer_network_id FROM network.private_network n
            JOIN network.peering p ON n.id IN (p.local_network_id, p.peer_network_id) WHERE n.vpc_id = ANY ($3)
  ), both_sides AS (
    SELECT local_network_id, peer_network_id FROM chosen UNION SELECT peer_network_id, local_network_id FROM chosen
  )`;
const SELECTED = `
  WITH ${CHOSEN} ${SIDES} AND (p.local_network_id, p.peer_network_id) IN (SELECT * FROM both_sides) ORDER BY p.id`;

const IS_ROUTED = `
  SELECT FROM network.private_network n JOIN network.vpc v ON v.id = n.vpc_id WHERE n.id = $1 AND ${routed('n', 'v')}`;

const NETWORKS = `
  SELECT id AS "localNetworkId", project_id AS "projectId" FROM network.private_network WHERE id IN ($1, $2)`;
const PAGE = `SELECT id FROM network.peering WHERE is_confirmed AND id > $1 ORDER BY id LIMIT $2`;
const OF_LINK = `
  SELECT p.local_network_id AS "localNetworkId", p.peer_network_id AS "peerNetworkId"
    FROM network.peering_link k JOIN network.peering p ON p.id = k.low_id WHERE k.id = $1`;

/** The SQL of what peerings depend on. */
@Injectable()
export class PeeringFactsRepository {
  constructor(private readonly database: Database) {}

  /** Both sides, whichever exist, the lower id first: everybody locks in this order. */
  async lockPair(tx: Queryable, pair: NetworkPair): Promise<void> {
    await tx.query(LOCK_PAIR, pair);
  }

  /** One or two sides, the lower id first. */
  ofPair(on: Queryable, pair: NetworkPair): Promise<PeeringSide[]> {
    return on.query<PeeringSide>(OF_PAIR, pair);
  }

  /** All that the selection touches, each with its other side. */
  select({ peeringIds, networkIds, vpcIds }: PeeringSelection): Promise<PeeringSide[]> {
    return this.database.query<PeeringSide>(SELECTED, [peeringIds, networkIds, vpcIds]);
  }

  networksOf(pair: NetworkPair): Promise<Pick<PeeringSide, 'projectId' | 'localNetworkId'>[]> {
    return this.database.query(NETWORKS, pair);
  }

  async isRouted(on: Queryable, networkId: string): Promise<boolean> {
    return (await on.query(IS_ROUTED, [networkId])).length > 0;
  }

  async page(afterId: string, size: number): Promise<string[]> {
    return (await this.database.query<{ id: string }>(PAGE, [afterId, size])).map(({ id }) => id);
  }

  async pairOfLink(linkId: string): Promise<NetworkPair> {
    const [row] = await this.database.query<{ localNetworkId: string; peerNetworkId: string }>(OF_LINK, [linkId]);
    if (!row) throw new Error(`peering link ${linkId} vanished under its operation`);
    return [row.localNetworkId, row.peerNetworkId];
  }
}
