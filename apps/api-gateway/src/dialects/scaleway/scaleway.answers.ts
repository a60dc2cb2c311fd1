import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Planned } from '@isthmus/contracts';
import type { OperationView } from '@isthmus/model';
import type { DryRunBody } from '../../dry-run/dry-run.dto';
import { problemOfOperation } from '../../operations/operation-body';
import { tellOperation } from '../../operations/operation-headers';
import type { OperationStatus, SettledOperation } from '../../operations/operation-status';
import { SettleWindow } from '../../operations/settle-window';

const MAX_TOLD_IDS = 100;

function throwFailed(operation: SettledOperation): void {
  if (operation.state === 'failure' || operation.state === 'timeout') throw problemOfOperation(operation);
}

/** Ours: a member that the official SDKs do not read. */
export function planOf({ plannedQuotas: quotas = [] }: Planned): { dry_run: DryRunBody } {
  return { dry_run: { quotas } };
}

/** Waits for accepted work on behalf of clients that know no operations. */
@Injectable()
export class ScalewayAnswers {
  constructor(private readonly settleWindow: SettleWindow) {}

  /** The operation as it is at the end of the window. What failed by then is thrown, as if it had been refused. */
  async settled(operation: OperationView, reply: FastifyReply): Promise<OperationStatus> {
    const settled = await this.settleWindow.settle(operation);
    tellOperation(reply, settled);
    throwFailed(settled);
    return settled;
  }

  /** The same for several operations of one request. Their ids are told, as far as a header may be long. */
  async allSettled(operations: OperationView[], reply: FastifyReply): Promise<void> {
    const [only] = operations;
    if (only && operations.length === 1) return void (await this.settled(only, reply));
    const settled = await Promise.all(operations.map((operation) => this.settleWindow.settle(operation)));
    const ids = settled.slice(0, MAX_TOLD_IDS).map(({ id }) => id);
    if (ids.length > 0) void reply.header('operation-id', ids.join(', '));
    settled.forEach(throwFailed);
  }
}
