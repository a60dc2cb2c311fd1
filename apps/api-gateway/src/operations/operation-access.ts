import { Injectable } from '@nestjs/common';
import { ProblemError } from '@isthmus/problem';
import type { Caller } from '../identity/caller';
import type { OperationDetails } from './operation-details';
import type { OperationStatus } from './operation-status';
import { OperationReader } from './operation.reader';
import { PollLimiter } from './poll-limiter';
import { isSurelyKept, KEPT_DAYS, momentOf } from './retention';

/**
 * How every dialect reads an operation for a caller. Throws `not-found` (which another project's is too), `gone` when it
 * is older than what is kept, and `too-many-requests`.
 */
@Injectable()
export class OperationAccess {
  constructor(
    private readonly operations: OperationReader,
    private readonly limiter: PollLimiter,
  ) {}

  async status(id: string, caller: Caller): Promise<OperationStatus> {
    this.limiter.admit(caller.accessKey, id);
    return (await this.operations.find(id, caller.projectId)) ?? this.refuse(id);
  }

  async details(id: string, caller: Caller): Promise<OperationDetails> {
    this.limiter.admit(caller.accessKey, id);
    return this.detailsAgain(id, caller);
  }

  /** Within a request that has been admitted. */
  async detailsAgain(id: string, caller: Caller): Promise<OperationDetails> {
    return (await this.operations.findDetails(id, caller.projectId)) ?? this.refuse(id);
  }

  async refuse(id: string): Promise<never> {
    if (!isSurelyKept(id) && (momentOf(id) as number) < (await this.operations.keptSinceMs())) throw gone(id);
    throw ProblemError.notFound('operation', id);
  }
}

function gone(id: string): ProblemError {
  return new ProblemError(
    'gone',
    `Operation ${id} is older than what is kept; operations are kept for at least ${KEPT_DAYS} days.`,
    { resource: 'operation', resourceId: id },
  );
}
