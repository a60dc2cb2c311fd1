import { Injectable } from '@nestjs/common';
import { Database, isoTimestamp } from '@isthmus/db';
import type { OperationKind, OperationState, OperationView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { isUuid } from '../http/validators';
import { OperationReader } from './operation.reader';
import { isSurelyKept, momentOf } from './retention';

export interface OperationFilter {
  state?: OperationState;
  kind?: OperationKind;
  resourceId?: string;
  resourceType?: string;
  /** RFC 3339. */
  createdAfter?: string;
  createdBefore?: string;
}

/** An operation in a list: what changes while it runs (its steps) is told by the operation itself. */
export type ListedOperation = Omit<OperationView, 'projectId'>;

export interface OperationPage {
  items: ListedOperation[];
  /** Cursor of the next page; null at the end. */
  next: string | null;
}

interface ListedRow extends Omit<ListedOperation, 'resource' | 'reference'> {
  resourceType: ListedOperation['resource']['type'];
  resourceId: string;
  referenceType: ListedOperation['reference']['type'];
  referenceId: string;
}

const COLUMNS = `
  id, kind, state, reason, message, code, resource_type AS "resourceType", resource_id AS "resourceId",
  reference_type AS "referenceType", reference_id AS "referenceId", ${isoTimestamp('created_at')} AS "createdAt",
  ${isoTimestamp('started_at')} AS "startedAt", ${isoTimestamp('finished_at')} AS "finishedAt",
  ${isoTimestamp('deadline')} AS deadline`;

/** SQL conditions by filter; `?` stands for the value. */
const CONDITIONS: Record<keyof OperationFilter, string> = {
  state: 'state = ?',
  kind: 'kind = ?',
  resourceId: 'resource_id = ?',
  resourceType: 'resource_type = ?',
  // An id is made a moment after its row's created_at, so this leaves out whole months and no operation.
  createdAfter: "created_at > ?::timestamptz AND id >= ops.first_id_at(?::timestamptz - interval '1 s')",
  createdBefore: 'created_at < ?::timestamptz',
};

/** Lists the operations of a project, the newest first. */
@Injectable()
export class OperationList {
  constructor(
    private readonly database: Database,
    private readonly operations: OperationReader,
  ) {}

  /** Goes by id, so what is accepted meanwhile moves no page. Throws on a bad cursor, and `gone` on one that is too old. */
  async page(
    projectId: string,
    filter: OperationFilter,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<OperationPage> {
    const values: unknown[] = [projectId];
    const conditions = ['project_id = $1'];
    const restrict = (condition: string, value: unknown): void => {
      const place = `$${values.push(value)}`;
      conditions.push(condition.replaceAll('?', place));
    };
    if (cursor !== undefined) restrict('id < ?', await this.idIn(cursor));
    for (const [name, condition] of Object.entries(CONDITIONS) as [keyof OperationFilter, string][]) {
      if (filter[name] !== undefined) restrict(condition, filter[name]);
    }
    const rows = await this.database.queryDynamic<ListedRow>(
      `SELECT ${COLUMNS} FROM ops.operation WHERE ${conditions.join(' AND ')}
        ORDER BY id DESC LIMIT $${values.push(limit + 1)}`,
      values,
    );
    const items = rows.slice(0, limit).map(toListed);
    return { items, next: rows.length > limit ? cursorOf((items.at(-1) as ListedOperation).id) : null };
  }

  private async idIn(cursor: string): Promise<string> {
    const id = Buffer.from(cursor, 'base64url').toString('latin1');
    const moment = isUuid(id) ? momentOf(id) : undefined;
    if (moment === undefined)
      throw ProblemError.invalid('cursor', 'cursor must be the "next" of a page before', 'format');
    if (!isSurelyKept(id) && moment < (await this.operations.keptSinceMs())) {
      throw new ProblemError('gone', 'The cursor is older than what is kept; begin again without a cursor.');
    }
    return id;
  }
}

function cursorOf(id: string): string {
  return Buffer.from(id, 'latin1').toString('base64url');
}

function toListed({ resourceType, resourceId, referenceType, referenceId, ...rest }: ListedRow): ListedOperation {
  return {
    ...rest,
    resource: { type: resourceType, id: resourceId },
    reference: { type: referenceType, id: referenceId },
  };
}
