import { Injectable } from '@nestjs/common';
import type { AttachmentSelector, ListAttachments, Page } from '@isthmus/contracts';
import { Database, type Queryable, selectList, type Tx } from '@isthmus/db';
import type { AttachmentView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { randomMacAddress } from '../fabric/mac-address';
import { Attachment } from './attachment.entity';
import { listQuery } from './attachment.list';
import { toAttachmentView } from './attachment.view';

const COLUMNS = selectList(Attachment);

/** A statement of its own for each way to name a NIC: one with `$n IS NULL OR …` would use neither index. */
const BY_ID = `
  id = $1 AND project_id = $2 AND ($3::uuid IS NULL OR instance_id = $3) AND ($4::text IS NULL OR zone = $4)`;
const BY_PLACE = `private_network_id = $1 AND instance_id = $2 AND project_id = $3`;
const FIND = { byId: selectWhere(BY_ID), byPlace: selectWhere(BY_PLACE) };
const LOCK = { byId: `${FIND.byId} FOR UPDATE`, byPlace: `${FIND.byPlace} FOR UPDATE` };
const SHARE_STATE = `SELECT state FROM network.attachment WHERE id = $1 FOR SHARE`;
const FIND_BY_ID = `SELECT ${COLUMNS} FROM network.attachment WHERE id = $1`;

/** A MAC that is taken on the network is another draw, not an error. */
const INSERT = `
  INSERT INTO network.attachment (id, project_id, private_network_id, instance_id, region, zone, mac_address, state, tags)
  VALUES ($1, $2, $3, $4, $5, $6, $7, 'attaching', $8)
  ON CONFLICT ON CONSTRAINT attachment_mac DO NOTHING
  RETURNING ${COLUMNS}`;

/** Two revisions: one for the way forward, a later one for the way back. */
const BEGIN_CHANGE = `
  UPDATE network.attachment SET state = $2, state_reason = NULL, revision = revision + 2
   WHERE id = $1 RETURNING ${COLUMNS}`;

const SETTLE = `UPDATE network.attachment SET state = 'active', state_reason = $2, updated_at = now() WHERE id = $1`;
const SET_TAGS = `UPDATE network.attachment SET tags = $2, updated_at = now() WHERE id = $1 RETURNING ${COLUMNS}`;
const DELETE = `DELETE FROM network.attachment WHERE id = $1`;

export type NewAttachment = Pick<
  Attachment,
  'id' | 'projectId' | 'privateNetworkId' | 'instanceId' | 'region' | 'zone' | 'tags'
>;

@Injectable()
export class AttachmentRepository {
  constructor(private readonly database: Database) {}

  async find(projectId: string, selector: AttachmentSelector): Promise<Attachment | undefined> {
    return findWith(this.database, FIND, projectId, selector);
  }

  lock(tx: Tx, projectId: string, selector: AttachmentSelector): Promise<Attachment | undefined> {
    return findWith(tx, LOCK, projectId, selector);
  }

  /** Keeps it from being changed or deleted until the commit; undefined when it is gone. Of any project. */
  async shareState(tx: Tx, id: string): Promise<Attachment['state'] | undefined> {
    const [attachment] = await tx.query<Pick<Attachment, 'state'>>(SHARE_STATE, [id]);
    return attachment?.state;
  }

  /** Of any project, for sagas, which were let in already. Throws when it is gone. */
  async getById(id: string): Promise<Attachment> {
    const [attachment] = await this.database.query<Attachment>(FIND_BY_ID, [id]);
    if (!attachment) throw ProblemError.notFound('attachment', id);
    return attachment;
  }

  async list(projectId: string, query: ListAttachments): Promise<Page<AttachmentView>> {
    const { sql, values } = listQuery(COLUMNS, projectId, query);
    const rows = await this.database.queryDynamic<Attachment & { totalCount: string }>(sql, values);
    const [counted = await this.firstOf(projectId, query)] = rows;
    return { items: rows.map(toAttachmentView), totalCount: Number(counted?.totalCount ?? 0) };
  }

  /** Inserts with a MAC of its own. Violates `attachment_once` when the instance is on the network already. */
  async insert(tx: Tx, attachment: NewAttachment): Promise<Attachment> {
    for (;;) {
      const [row] = await tx.query<Attachment>(INSERT, [
        attachment.id,
        attachment.projectId,
        attachment.privateNetworkId,
        attachment.instanceId,
        attachment.region,
        attachment.zone,
        randomMacAddress('nic'),
        attachment.tags,
      ]);
      if (row) return row;
    }
  }

  async beginChange(tx: Tx, id: string, state: 'updating' | 'detaching'): Promise<Attachment> {
    const [row] = await tx.query<Attachment>(BEGIN_CHANGE, [id, state]);
    if (!row) throw new Error(`attachment ${id} vanished under its lock`);
    return row;
  }

  /** Usable again; `reason` tells why the last change did not happen. */
  async settle(tx: Tx, id: string, reason: string | null): Promise<void> {
    await tx.execute(SETTLE, [id, reason]);
  }

  async setTags(tx: Tx, id: string, tags: string[]): Promise<Attachment> {
    const [row] = await tx.query<Attachment>(SET_TAGS, [id, tags]);
    if (!row) throw new Error(`attachment ${id} vanished under its lock`);
    return row;
  }

  async delete(tx: Tx, id: string): Promise<void> {
    await tx.execute(DELETE, [id]);
  }

  /** Beyond the last page no row carries the count. */
  private async firstOf(projectId: string, query: ListAttachments): Promise<{ totalCount: string } | undefined> {
    if (!query.paging || query.paging.page === 1) return undefined;
    const { sql, values } = listQuery(COLUMNS, projectId, { ...query, paging: { page: 1, pageSize: 1 } });
    const [row] = await this.database.queryDynamic<{ totalCount: string }>(sql, values);
    return row;
  }
}

function selectWhere(condition: string): string {
  return `SELECT ${COLUMNS} FROM network.attachment WHERE ${condition}`;
}

async function findWith(
  on: Queryable,
  sql: typeof FIND,
  projectId: string,
  selector: AttachmentSelector,
): Promise<Attachment | undefined> {
  const [attachment] =
    'attachmentId' in selector
      ? await on.query<Attachment>(sql.byId, [selector.attachmentId, projectId, selector.instanceId, selector.zone])
      : await on.query<Attachment>(sql.byPlace, [selector.privateNetworkId, selector.instanceId, projectId]);
  return attachment;
}
