import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { OperationView } from '@isthmus/model';
import { problemOfOperation } from '../../operations/operation-body';
import { tellOperation } from '../../operations/operation-headers';
import type { OperationStatus } from '../../operations/operation-status';
import { SettleWindow } from '../../operations/settle-window';

/** Waits for accepted work on behalf of clients that know no operations. */
@Injectable()
export class ScalewayAnswers {
  constructor(private readonly settleWindow: SettleWindow) {}

  /** The operation as it is at the end of the window. What failed by then is thrown, as if it had been refused. */
  async settled(operation: OperationView, reply: FastifyReply): Promise<OperationStatus> {
    const settled = await this.settleWindow.settle(operation);
    tellOperation(reply, settled);
    if (settled.state === 'failure' || settled.state === 'timeout') throw problemOfOperation(settled);
    return settled;
  }
}
