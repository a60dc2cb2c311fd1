import { Injectable } from '@nestjs/common';
import type { ListPeerings } from '@isthmus/contracts';
import { Database, isoTimestamp, type Queryable, selectList, type Tx } from '@isthmus/db';
import type { PeeringChange } from '@isthmus/model';
import { Peering } from './peering.entity';
import { listQuery } from './peering.list';
import type { PeeringVerdict } from './peering.state';

/** The project of the peer once that has made its own side, by which it consents to be seen. */
const PEER_PROJECT = `(
  SELECT b.project_id FROM network.peering b
   WHERE b.local_network_id = p.peer_network_id AND b.peer_network_id = p.local_network_id AND b.is_confirmed)`;
const COLUMNS = `${selectList(Peering, 'p')}, ${PEER_PROJECT} AS "peerProjectId"`;

const FIND = `SELECT ${COLUMNS} FROM network.peering p WHERE p.id = $1 AND p.project_id = $2`;
const LOCK = `${FIND} FOR UPDATE OF p`;

const INSERT = `
  WITH made AS (
    INSERT INTO network.peering (id, project_id, name, labels, intent, state, state_reason, local_network_id,
                                 peer_network_id)
    VALUES ($1, $2, $3, $4, $5, 'provisioning', 'Both sides are being checked.', $6, $7)
    RETURNING *
  ), told AS (
    INSERT INTO network.peering_change (peering_id, from_state, to_state, fact, reason)
    SELECT id, NULL, state, 'intent', 'The peering was made; both sides are being checked.' FROM made
  )
  SELECT ${selectList(Peering, 'p')}, NULL AS "peerProjectId" FROM made p`;

const CONFIRM = 'UPDATE network.peering SET is_confirmed = true WHERE id = $1';
const APPLY = `
  UPDATE network.peering
     SET name = coalesce($2, name), intent = coalesce($3, intent), labels = coalesce($4, labels), updated_at = now()
   WHERE id = $1`;

/** A change of state is told with its reason; another reason for the same state is only shown. */
const SET_STATES = `
  WITH verdict AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) v(id, state, fact, reason)
  ), former AS (
    SELECT p.id, p.state FROM network.peering p JOIN verdict USING (id)
  ), changed AS (
    UPDATE network.peering p
       SET state = v.state, state_reason = CASE v.state WHEN 'active' THEN NULL ELSE v.reason END
      FROM verdict v WHERE p.id = v.id
  )
  INSERT INTO network.peering_change (peering_id, from_state, to_state, fact, reason)
  SELECT v.id, f.state, v.state, v.fact, v.reason FROM verdict v JOIN former f USING (id) WHERE f.state <> v.state`;

const DELETE = 'DELETE FROM network.peering WHERE id = $1';
const HISTORY = `
  SELECT ${isoTimestamp('c.at')} AS at, c.from_state AS "from", c.to_state AS "to", c.reason
    FROM network.peering_change c WHERE c.peering_id = $1 ORDER BY c.number`;
const HAS_LINK = 'SELECT FROM network.peering_link WHERE low_id = $1 OR high_id = $1';
const NETWORK_EXISTS = 'SELECT FROM network.private_network WHERE id = $1';

/** A peering and whose the other side is, if there is one. */
export type SeenPeering = Peering & { peerProjectId: string | null };

export type NewPeering = Pick<
  Peering,
  'id' | 'projectId' | 'name' | 'labels' | 'intent' | 'localNetworkId' | 'peerNetworkId'
>;

/** What an update may change; absent = as it is. */
export type PeeringChanges = Partial<Pick<Peering, 'name' | 'intent' | 'labels'>>;

@Injectable()
export class PeeringRepository {
  constructor(private readonly database: Database) {}

  async find(id: string, projectId: string): Promise<SeenPeering | undefined> {
    const [peering] = await this.database.query<SeenPeering>(FIND, [id, projectId]);
    return peering;
  }

  async lock(tx: Tx, id: string, projectId: string): Promise<SeenPeering | undefined> {
    const [peering] = await tx.query<SeenPeering>(LOCK, [id, projectId]);
    return peering;
  }

  list(projectId: string, query: ListPeerings): Promise<SeenPeering[]> {
    const { sql, values } = listQuery(COLUMNS, projectId, query);
    return this.database.queryDynamic<SeenPeering>(sql, values);
  }

  /** Violates `peering_once` when there is one between the two networks in that direction. */
  async insert(tx: Tx, peering: NewPeering): Promise<SeenPeering> {
    const { id, projectId, name, labels, intent, localNetworkId, peerNetworkId } = peering;
    const values = [id, projectId, name, JSON.stringify(labels), intent, localNetworkId, peerNetworkId];
    const [row] = await tx.query<SeenPeering>(INSERT, values);
    if (!row) throw new Error('the insert of a peering answered nothing');
    return row;
  }

  /** From now on it counts. */
  async confirm(tx: Tx, id: string): Promise<void> {
    await tx.execute(CONFIRM, [id]);
  }

  async apply(tx: Tx, id: string, { name, intent, labels }: PeeringChanges): Promise<void> {
    await tx.execute(APPLY, [id, name, intent, labels && JSON.stringify(labels)]);
  }

  async setStates(tx: Tx, verdicts: { id: string; verdict: PeeringVerdict }[]): Promise<void> {
    await tx.execute(SET_STATES, [
      verdicts.map(({ id }) => id),
      verdicts.map(({ verdict }) => verdict.state),
      verdicts.map(({ verdict }) => verdict.fact),
      verdicts.map(({ verdict }) => verdict.reason),
    ]);
  }

  async delete(tx: Tx, id: string): Promise<void> {
    await tx.execute(DELETE, [id]);
  }

  history(id: string): Promise<PeeringChange[]> {
    return this.database.query<PeeringChange>(HISTORY, [id]);
  }

  /** The fabric has, or may have, routes of it. */
  async hasLink(on: Queryable, id: string): Promise<boolean> {
    return (await on.query(HAS_LINK, [id])).length > 0;
  }

  /** Of any project. */
  async networkExists(on: Queryable, networkId: string): Promise<boolean> {
    return (await on.query(NETWORK_EXISTS, [networkId])).length > 0;
  }
}
