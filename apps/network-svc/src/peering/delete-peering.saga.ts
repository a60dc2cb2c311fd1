import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import { FabricDriver } from '../fabric/fabric.driver';
import { PeeringRepository } from './peering.repository';

export interface DeletePeeringInput {
  revision: string;
}

type Input = DeletePeeringInput;

/**
 * peering.delete
 *   remove-routes   the fabric drops what it might have of this side, though by its rows that is nothing
 * So there is nothing to undo.
 */
@Injectable()
export class DeletePeeringSaga implements Saga<Input> {
  readonly kind = 'peering.delete';
  readonly deadlineMs = 60_000;

  private readonly removeRoutes: SagaStep<Input> = {
    name: 'remove-routes',
    do: (run) => this.fabric.removePeering({ id: run.resource.id, revision: BigInt(run.input.revision) }, run.signal),
    undo: () => Promise.resolve(),
  };

  readonly steps = [this.removeRoutes];

  constructor(
    private readonly peerings: PeeringRepository,
    private readonly fabric: FabricDriver,
  ) {}

  complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    return this.peerings.delete(tx, run.resource.id);
  }

  abandon(): Promise<void> {
    return Promise.resolve();
  }
}
