import { Injectable } from '@nestjs/common';
import { Database, type Queryable, selectList, type Tx } from '@isthmus/db';
import { WebhookEndpointEntity } from './webhook-endpoint.entity';

export type NewEndpoint = Pick<WebhookEndpointEntity, 'projectId' | 'url' | 'description' | 'eventTypes'>;

/** What its owner can change; `reason` belongs to the state. */
export type EndpointSettings = Pick<
  WebhookEndpointEntity,
  'url' | 'description' | 'eventTypes' | 'state' | 'disabledReason'
>;

/** A change by its owner makes an end of the failures: the next attempt is made at once. */
const CLEAN_SLATE = 'consecutive_failures = 0, failing_since = NULL, paused_until = NULL';

const SELECT = `SELECT ${selectList(WebhookEndpointEntity)} FROM webhook_endpoint`;
const FIND = `${SELECT} WHERE id = $1 AND project_id = $2`;
// The key stays as it is, so events go on being handed out to the endpoint meanwhile.
const LOCK = `${FIND} FOR NO KEY UPDATE`;
/** Waits for whoever is handing out events to the endpoint, and keeps them out. */
const LOCK_WHOLE = `${FIND} FOR UPDATE`;
const PAGE = `${SELECT} WHERE project_id = $1 AND id > $2 ORDER BY id LIMIT $3`;

// Racing creates of one project wait for each other, so the count is right.
const LOCK_PROJECT = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 1))';
const COUNT = 'SELECT count(*)::int AS count FROM webhook_endpoint WHERE project_id = $1';
const INSERT = `
  INSERT INTO webhook_endpoint (project_id, url, description, event_types) VALUES ($1, $2, $3, $4)
  RETURNING ${selectList(WebhookEndpointEntity)}`;
const UPDATE = `
  UPDATE webhook_endpoint
     SET url = $2, description = $3, event_types = $4, state = $5, disabled_reason = $6, updated_at = now(),
         revision = revision + 1, ${CLEAN_SLATE}
   WHERE id = $1
  RETURNING ${selectList(WebhookEndpointEntity)}`;
const RESUME = 'UPDATE webhook_endpoint SET paused_until = NULL WHERE id = $1 AND paused_until IS NOT NULL';
const DELETE = 'DELETE FROM webhook_endpoint WHERE id = $1';

/** The rows of endpoints. Those of another project are not there. */
@Injectable()
export class WebhookEndpointRepository {
  constructor(private readonly database: Database) {}

  async find(id: string, projectId: string, on: Queryable = this.database): Promise<WebhookEndpointEntity | undefined> {
    return (await on.query<WebhookEndpointEntity>(FIND, [id, projectId]))[0];
  }

  async lock(tx: Tx, id: string, projectId: string): Promise<WebhookEndpointEntity | undefined> {
    return (await tx.query<WebhookEndpointEntity>(LOCK, [id, projectId]))[0];
  }

  async lockWhole(tx: Tx, id: string, projectId: string): Promise<WebhookEndpointEntity | undefined> {
    return (await tx.query<WebhookEndpointEntity>(LOCK_WHOLE, [id, projectId]))[0];
  }

  page(projectId: string, afterId: string, limit: number): Promise<WebhookEndpointEntity[]> {
    return this.database.query<WebhookEndpointEntity>(PAGE, [projectId, afterId, limit]);
  }

  /** How many the project has, and will have until this transaction ends unless it changes that. */
  async countForCreate(tx: Tx, projectId: string): Promise<number> {
    await tx.query(LOCK_PROJECT, [projectId]);
    const [row] = await tx.query<{ count: number }>(COUNT, [projectId]);
    return row?.count ?? 0;
  }

  async insert(tx: Tx, { projectId, url, description, eventTypes }: NewEndpoint): Promise<WebhookEndpointEntity> {
    return only(await tx.query<WebhookEndpointEntity>(INSERT, [projectId, url, description, eventTypes]));
  }

  async update(tx: Tx, id: string, settings: EndpointSettings): Promise<WebhookEndpointEntity> {
    const { url, description, eventTypes, state, disabledReason } = settings;
    const values = [id, url, description, eventTypes, state, disabledReason];
    return only(await tx.query<WebhookEndpointEntity>(UPDATE, values));
  }

  /** Ends a pause. */
  async resume(tx: Tx, id: string): Promise<void> {
    await tx.execute(RESUME, [id]);
  }

  async delete(tx: Tx, id: string): Promise<void> {
    await tx.execute(DELETE, [id]);
  }
}

function only<T>(rows: T[]): T {
  const [row] = rows;
  if (!row) throw new Error('a row that is locked must be there');
  return row;
}
