import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import { FabricDriver } from '../fabric/fabric.driver';
import type { PeeringLinkInput } from './activate-peering.saga';
import { PeeringJudge } from './peering.judge';
import type { LinkSide } from './peering-link.repository';

type Input = PeeringLinkInput;

/**
 * peering.deactivate
 *   remove-routes-local   the fabric drops port and routes of the side with the lower id   (point of no return)
 *   remove-routes-peer    and of the other
 * Neither side is active any more when it is accepted. Putting the routes back could not make the reason go away, so it
 * cannot fail, only be late.
 */
@Injectable()
export class DeactivatePeeringSaga implements Saga<Input> {
  readonly kind = 'peering.deactivate';
  readonly deadlineMs = 60_000;

  private readonly removeRoutesLocal: SagaStep<Input> = {
    name: 'remove-routes-local',
    isPointOfNoReturn: true,
    do: (run) => this.remove(run, run.input.low),
    undo: () => Promise.resolve(),
  };

  private readonly removeRoutesPeer: SagaStep<Input> = {
    name: 'remove-routes-peer',
    isPointOfNoReturn: true,
    do: (run) => this.remove(run, run.input.high),
    undo: () => Promise.resolve(),
  };

  readonly steps = [this.removeRoutesLocal, this.removeRoutesPeer];

  constructor(
    private readonly judge: PeeringJudge,
    private readonly fabric: FabricDriver,
  ) {}

  async complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    await this.judge.settle(tx, run.input.pair, {}, { linkId: run.resource.id, outcome: { phase: 'gone' } });
  }

  abandon(): Promise<void> {
    throw new Error('a deactivation has no way back');
  }

  private remove(run: SagaRun<Input>, { id, revision }: LinkSide): Promise<void> {
    return this.fabric.removePeering({ id, revision: BigInt(revision) }, run.signal);
  }
}
