import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { OperationView } from '@isthmus/model';
import { type OperationBody, toOperationBody } from '../../operations/operation-body';
import { tellOperation } from '../../operations/operation-headers';
import type { OperationStatus } from '../../operations/operation-status';
import { SettleWindow } from '../../operations/settle-window';

/** Answers mutations with their operation. */
@Injectable()
export class ExoscaleAnswers {
  constructor(private readonly settleWindow: SettleWindow) {}

  /**
   * Only success is told early: the official client takes any first answer that is not pending for the end without looking
   * at it, so a failure must be polled to be noticed.
   */
  async accepted(operation: OperationView, base: string, reply: FastifyReply): Promise<OperationBody> {
    const settled = await this.settleWindow.settle(operation);
    const told = settled.state === 'success' ? settled : operation;
    tellOperation(reply, told, `${base}/operation/${told.id}`);
    return operationAt(told, base);
  }
}

export function operationAt(operation: OperationStatus, base: string): OperationBody {
  const { type, id } = operation.reference;
  return toOperationBody(operation, `${base}/${type}/${id}`);
}
