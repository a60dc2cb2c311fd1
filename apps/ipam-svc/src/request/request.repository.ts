import { Injectable } from '@nestjs/common';
import { type Queryable, selectList, type Tx } from '@isthmus/db';
import type { SubnetRow } from '../subnet/subnet.repository';
import { Subnet } from '../subnet/subnet.entity';
import { UndoNote } from './request.entity';

/** SQL of undoing. */
@Injectable()
export class RequestRepository {
  /** The project whose request that is; undefined when it has not arrived. */
  async projectOf(db: Queryable, requestId: string): Promise<string | undefined> {
    const sql = `SELECT project_id AS "projectId" FROM ipam.inbox WHERE request_id = $1 AND project_id <> ''`;
    return (await db.query<{ projectId: string }>(sql, [requestId]))[0]?.projectId;
  }

  /** The note of what a request destroyed, which is used up by that. */
  async takeNote(tx: Tx, requestId: string): Promise<UndoNote | undefined> {
    const sql = `DELETE FROM ipam.undo_note n WHERE n.request_id = $1 RETURNING ${selectList(UndoNote, 'n')}`;
    return (await tx.query<UndoNote>(sql, [requestId]))[0];
  }

  /** Takes back what a booking or an assignment made. False when one is a booking that is attached by now. */
  async undoAllocation(tx: Tx, projectId: string, ids: string[], requestId: string): Promise<boolean> {
    const sql = 'SELECT ipam.undo_allocation($1, $2, $3) AS "isUndone"';
    return (await tx.query<{ isUndone: boolean }>(sql, [projectId, ids, requestId]))[0]?.isUndone === true;
  }

  /** Deletes those of the subnets that a request made. Answers the block of one that is in use, or undefined. */
  async undoSubnets(tx: Tx, projectId: string, ids: string[], requestId: string): Promise<string | undefined> {
    const sql = 'SELECT ipam.undo_subnets($1, $2, $3) AS "usedCidr"';
    return (await tx.query<{ usedCidr: string | null }>(sql, [projectId, ids, requestId]))[0]?.usedCidr ?? undefined;
  }

  /** False when the block is taken by now. `former` is the row as it was. */
  async restoreSubnet(tx: Tx, former: unknown): Promise<boolean> {
    const sql = 'SELECT ipam.add_subnet(jsonb_populate_record(NULL::ipam.subnet, $1::jsonb)) AS "isRestored"';
    return (await tx.query<{ isRestored: boolean }>(sql, [JSON.stringify(former)]))[0]?.isRestored === true;
  }

  /** False when the place in the VPC is taken by now. */
  async restorePlacement(tx: Tx, former: unknown): Promise<boolean> {
    const sql = 'SELECT ipam.restore_placement(jsonb_populate_record(NULL::ipam.subnet, $1::jsonb)) AS "isRestored"';
    return (await tx.query<{ isRestored: boolean }>(sql, [JSON.stringify(former)]))[0]?.isRestored === true;
  }

  /** Keeps others from taking several addresses where these former rows were, until the end of the transaction. */
  async lockSources(tx: Tx, formers: unknown[]): Promise<void> {
    await tx.execute(
      `SELECT ipam.lock_sources(array_agg(s.id), array_agg(s.zone))
         FROM jsonb_populate_recordset(NULL::ipam.address, $1::jsonb) a JOIN ipam.subnet s ON s.id = a.subnet_id`,
      [JSON.stringify(formers)],
    );
  }

  /** False when somebody else has the address by now. */
  async restoreAddress(tx: Tx, former: unknown): Promise<boolean> {
    const sql = 'SELECT ipam.restore_address(jsonb_populate_record(NULL::ipam.address, $1::jsonb)) AS "isRestored"';
    return (await tx.query<{ isRestored: boolean }>(sql, [JSON.stringify(former)]))[0]?.isRestored === true;
  }

  /** The former row of a subnet in the form of the entity. */
  async readSubnet(tx: Tx, former: unknown): Promise<SubnetRow | undefined> {
    const sql = `SELECT ${selectList(Subnet, 's')} FROM jsonb_populate_record(NULL::ipam.subnet, $1::jsonb) s`;
    return (await tx.query<SubnetRow>(sql, [JSON.stringify(former)]))[0];
  }
}
