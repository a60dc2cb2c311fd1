import { Injectable } from '@nestjs/common';
import { Conditions, type ConditionsByFilter, Database, isoTimestamp } from '@isthmus/db';
import type { OperationKind, OperationState, OperationView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { type CursorPage, type CursorPageRequest, endIn, invalidCursor, pageOf } from '../http/cursor';
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

const CONDITIONS: ConditionsByFilter<OperationFilter> = {
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
    { limit, cursor }: CursorPageRequest,
  ): Promise<CursorPage<ListedOperation>> {
    const where = new Conditions().add('project_id = ?', projectId).addGiven(CONDITIONS, filter);
    const before = endIn(cursor, isUuid);
    if (before !== undefined) where.add('id < ?', await this.kept(before));
    const rows = await this.database.queryDynamic<ListedRow>(
      `SELECT ${COLUMNS} FROM ops.operation WHERE ${where} ORDER BY id DESC LIMIT ${where.bind(limit + 1)}`,
      where.values,
    );
    const { items, next } = pageOf(rows, limit, ({ id }) => id);
    return { items: items.map(toListed), next };
  }

  private async kept(id: string): Promise<string> {
    const moment = momentOf(id);
    if (moment === undefined) throw invalidCursor();
    if (!isSurelyKept(id) && moment < (await this.operations.keptSinceMs())) {
      throw new ProblemError('gone', 'The cursor is older than what is kept; begin again without a cursor.');
    }
    return id;
  }
}

function toListed({ resourceType, resourceId, referenceType, referenceId, ...rest }: ListedRow): ListedOperation {
  return {
    ...rest,
    resource: { type: resourceType, id: resourceId },
    reference: { type: referenceType, id: referenceId },
  };
}
