import { Injectable } from '@nestjs/common';
import { GatewayConfig } from '../config';
import type { SettledOperation } from './operation-status';
import { OperationWatch } from './operation-watch';

/** Holds answers until their operation has ended or the window has passed. */
@Injectable()
export class SettleWindow {
  constructor(
    private readonly config: GatewayConfig,
    private readonly watch: OperationWatch,
  ) {}

  /** The operation as it ended, or as it was given when it is still going on at the end of the window. */
  async settle(operation: SettledOperation): Promise<SettledOperation> {
    const { settleWindowMs } = this.config;
    if (operation.state !== 'pending' || settleWindowMs === 0) return operation;
    return (await this.watch.settled(operation.id, settleWindowMs)) ?? operation;
  }
}
