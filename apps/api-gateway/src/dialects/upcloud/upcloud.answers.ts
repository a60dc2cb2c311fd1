import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { OperationView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { problemOfOperation } from '../../operations/operation-body';
import { tellOperation } from '../../operations/operation-headers';
import type { OperationStatus, SettledOperation } from '../../operations/operation-status';
import { SettleWindow } from '../../operations/settle-window';

/** How long a change waits for the one before it, in settle windows. */
const MAX_WINDOWS = 5;

/** Waits for accepted work on behalf of clients that know no operations. */
@Injectable()
export class UpcloudAnswers {
  constructor(private readonly settleWindow: SettleWindow) {}

  /** The operation as it is at the end of the window. What failed by then is thrown, as if it had been refused. */
  async settled(operation: OperationView, reply: FastifyReply): Promise<OperationStatus> {
    const settled = await this.settleWindow.settle(operation);
    tellOperation(reply, settled);
    throwIfFailed(settled);
    return settled;
  }

  /** For a request that needs several operations one after the other. Throws `busy` when this one takes too long. */
  async finished(operation: OperationView): Promise<void> {
    let current: SettledOperation = operation;
    for (let window = 0; window < MAX_WINDOWS && current.state === 'pending'; window++) {
      current = await this.settleWindow.settle(current);
    }
    throwIfFailed(current);
    if (current.state === 'success') return;
    const { type: resource, id: resourceId } = operation.resource;
    const detail = `Only a part of this change has begun (operation ${operation.id}); send it again when that has ended.`;
    throw new ProblemError('busy', detail, { resource, resourceId, operationId: operation.id });
  }
}

function throwIfFailed(operation: SettledOperation): void {
  if (operation.state === 'failure' || operation.state === 'timeout') throw problemOfOperation(operation);
}
