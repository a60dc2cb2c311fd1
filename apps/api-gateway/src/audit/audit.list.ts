import { Injectable } from '@nestjs/common';
import { Conditions, type ConditionsByFilter, Database, isoTimestamp } from '@isthmus/db';
import { type CursorPage, type CursorPageRequest, endIn, pageOf } from '../http/cursor';
import { isUuid } from '../http/validators';

export const AUDIT_OUTCOMES = ['accepted', 'denied'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

export interface AuditFilter {
  principal?: string;
  action?: string;
  resourceId?: string;
  outcome?: AuditOutcome;
  /** RFC 3339, both exclusive. */
  after?: string;
  before?: string;
}

/** A mutation that was accepted or denied. */
export interface AuditEntry {
  id: string;
  timestamp: string;
  principal: string | null;
  sourceAddress: string | null;
  requestId: string;
  traceparent: string | null;
  action: string;
  resourceType: string | null;
  resourceId: string | null;
  outcome: AuditOutcome;
  code: string | null;
  detail: string | null;
  operationId: string | null;
  before: Record<string, unknown> | null;
  requested: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  /** Its place in the chain, and the hash there in hexadecimal; null until it is sealed. */
  position: number | null;
  hash: string | null;
}

const COLUMNS = `
  e.id, ${isoTimestamp('e.at')} AS "timestamp", e.principal, host(e.source_address) AS "sourceAddress",
  e.request_id AS "requestId", e.traceparent, e.action, e.resource_type AS "resourceType", e.resource_id AS "resourceId",
  e.outcome, e.code, e.detail, e.operation_id AS "operationId", e.before, e.requested, e.after,
  s.position::float8 AS position, encode(s.hash, 'hex') AS hash`;

/** SQL conditions by filter; an id is made in the moment of its entry, give or take little. */
const CONDITIONS: ConditionsByFilter<AuditFilter> = {
  principal: 'e.principal = ?',
  action: 'e.action = ?',
  resourceId: 'e.resource_id = ?',
  outcome: 'e.outcome = ?',
  after: "e.at > ?::timestamptz AND e.id >= ops.first_id_at(?::timestamptz - interval '1 s')",
  before: "e.at < ?::timestamptz AND e.id < ops.first_id_at(?::timestamptz + interval '1 s')",
};

/** Lists what is audited of a project, the newest first. */
@Injectable()
export class AuditList {
  constructor(private readonly database: Database) {}

  /** Goes by id, so what is written meanwhile moves no page. Throws on a bad cursor. */
  async page(
    projectId: string,
    filter: AuditFilter,
    { limit, cursor }: CursorPageRequest,
  ): Promise<CursorPage<AuditEntry>> {
    const where = new Conditions().add('e.project_id = ?', projectId).addGiven(CONDITIONS, filter);
    const before = endIn(cursor, isUuid);
    if (before !== undefined) where.add('e.id < ?', before);
    const rows = await this.database.queryDynamic<AuditEntry>(
      `SELECT ${COLUMNS} FROM ops.audit_entry e LEFT JOIN ops.audit_seal s ON s.entry_id = e.id
        WHERE ${where} ORDER BY e.id DESC LIMIT ${where.bind(limit + 1)}`,
      where.values,
    );
    return pageOf(rows, limit, ({ id }) => id);
  }
}
