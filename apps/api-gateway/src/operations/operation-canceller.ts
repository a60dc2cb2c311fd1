import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import { OPERATION_CANCEL } from '@isthmus/operations';
import { ProblemError } from '@isthmus/problem';
import { Signals } from '@isthmus/rpc';
import { AuditWriter } from '../audit/audit.writer';
import type { RequestContext } from '../http/request';
import { LocalWork } from '../idempotency/local-work';
import type { Caller } from '../identity/caller';
import { OperationAccess } from './operation-access';
import type { OperationDetails } from './operation-details';

/** What the database made of the request. */
type Outcome = 'requested' | 'missing' | 'ended' | 'undoing' | 'refused';

const REQUEST = 'SELECT ops.request_cancel($1, $2) AS outcome';

const REFUSALS: Record<Exclude<Outcome, 'requested' | 'missing'>, string> = {
  ended: 'has ended; nothing is left to cancel.',
  undoing: 'is being undone already; wait until it has ended.',
  refused: 'cannot be cancelled: its kind cannot, or it has passed its point of no return. Wait until it has ended.',
};

/** Calls operations off. */
@Injectable()
export class OperationCanceller {
  constructor(
    private readonly signals: Signals,
    private readonly operations: OperationAccess,
    private readonly audit: AuditWriter,
    private readonly localWork: LocalWork,
  ) {}

  /**
   * The operation, which will end as failure/interrupted once it is undone. Asking again changes nothing. Throws
   * `conflict`, without effect, when it has ended or has no way back.
   */
  async cancel(id: string, caller: Caller, call: RequestContext): Promise<OperationDetails> {
    const outcome = await this.localWork.once(call, (tx) => this.request(tx, id, call));
    if (outcome === 'missing') return this.operations.refuse(id);
    if (outcome !== 'requested') throw refusal(id, REFUSALS[outcome]);
    this.signals.publish(OPERATION_CANCEL, id);
    return this.operations.detailsAgain(id, caller);
  }

  private async request(tx: Tx, id: string, call: RequestContext): Promise<Outcome> {
    const [row] = await tx.query<{ outcome: Outcome }>(REQUEST, [id, call.projectId]);
    const mutation = { action: 'operation.cancel', resourceType: 'operation', resourceId: id };
    if (row?.outcome === 'requested') await this.audit.accepted(tx, call, mutation);
    return row?.outcome ?? 'missing';
  }
}

function refusal(id: string, why: string): ProblemError {
  return new ProblemError('conflict', `Operation ${id} ${why}`, {
    resource: 'operation',
    resourceId: id,
    precondition: 'operation_is_cancellable',
  });
}
