import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import type { ProblemShape } from '@isthmus/problem';
import { RouteFabric } from './route.fabric';
import { RouteRepository } from './route.repository';

export interface DeleteRouteInput {
  /** The revision of the way back; the way forward has the one before. */
  revision: string;
}

type Input = DeleteRouteInput;

/**
 * route.delete
 *   remove-route   the fabric's router forgets it
 * Undone, the route is as it was.
 */
@Injectable()
export class DeleteRouteSaga implements Saga<Input> {
  readonly kind = 'route.delete';
  readonly deadlineMs = 60_000;

  private readonly removeRoute: SagaStep<Input> = {
    name: 'remove-route',
    do: (run) => this.fabric.remove(run, BigInt(run.input.revision) - 1n),
    undo: (run) => this.fabric.ensure(run, BigInt(run.input.revision)),
  };

  readonly steps = [this.removeRoute];

  constructor(
    private readonly routes: RouteRepository,
    private readonly fabric: RouteFabric,
  ) {}

  complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    return this.routes.delete(tx, run.resource.id);
  }

  abandon(tx: Tx, run: SagaRun<Input>, failure: ProblemShape): Promise<void> {
    return this.routes.settle(tx, run.resource.id, failure.detail);
  }
}
