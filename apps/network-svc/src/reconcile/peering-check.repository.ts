import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import type { PeeringSelection } from '../peering/peering.facts';

interface CheckRow {
  id: string;
  peeringId: string | null;
  networkId: string | null;
  vpcId: string | null;
}

const TAKE = `
  SELECT id, peering_id AS "peeringId", network_id AS "networkId", vpc_id AS "vpcId" FROM network.peering_check
   ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED`;
const DELETE = 'DELETE FROM network.peering_check WHERE id = ANY ($1)';
const AGAIN = 'INSERT INTO network.peering_check (peering_id) SELECT unnest($1::uuid[])';
const BE_THE_ONE = `SELECT pg_try_advisory_xact_lock(hashtext('peering reconciliation')) AS "isOurs"`;

/** The SQL of the events that tell of changed facts. Their rows are written by triggers. */
@Injectable()
export class PeeringCheckRepository {
  /** Up to `limit` events; other replicas skip them until the commit, which must find them `done`. */
  async take(tx: Tx, limit: number): Promise<{ ids: string[]; selection: PeeringSelection }> {
    const rows = await tx.query<CheckRow>(TAKE, [limit]);
    const all = (column: 'peeringId' | 'networkId' | 'vpcId'): string[] => [
      ...new Set(rows.flatMap((row) => row[column] ?? [])),
    ];
    const selection = { peeringIds: all('peeringId'), networkIds: all('networkId'), vpcIds: all('vpcId') };
    return { ids: rows.map(({ id }) => id), selection };
  }

  async done(tx: Tx, ids: string[]): Promise<void> {
    await tx.execute(DELETE, [ids]);
  }

  async again(tx: Tx, peeringIds: string[]): Promise<void> {
    await tx.execute(AGAIN, [peeringIds]);
  }

  /** Is no other replica looking at all peerings right now? Ours until the end of the transaction. */
  async beTheOne(tx: Tx): Promise<boolean> {
    const [row] = await tx.query<{ isOurs: boolean }>(BE_THE_ONE);
    return row?.isOurs === true;
  }
}
