import { Injectable } from '@nestjs/common';
import type { Saga, SagaStep } from '@isthmus/operations';
import { FabricDriver } from '../fabric/fabric.driver';

type Input = Record<string, never>;

/**
 * vpc.delete
 *   remove-router   the fabric drops the router        (the row is gone already: no way back)
 */
@Injectable()
export class DeleteVpcSaga implements Saga<Input> {
  readonly kind = 'vpc.delete';
  readonly deadlineMs = 60_000;

  private readonly removeRouter: SagaStep<Input> = {
    name: 'remove-router',
    isPointOfNoReturn: true,
    do: (run) => this.fabric.removeRouter(run.resource.id, run.signal),
    undo: () => Promise.resolve(),
  };

  readonly steps = [this.removeRouter];

  constructor(private readonly fabric: FabricDriver) {}

  complete(): Promise<void> {
    return Promise.resolve();
  }

  abandon(): Promise<void> {
    return Promise.resolve();
  }
}
