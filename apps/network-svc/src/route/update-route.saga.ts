import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import { RouteFabric } from './route.fabric';
import { RouteRepository } from './route.repository';

type Input = Record<string, never>;

/**
 * route.update
 *   ensure-route   the fabric's router learns the new values        (no way back: see below)
 * The row has the new values since acceptance and the constraints hold for them. What it had before may belong to another
 * route by now, so there is nothing to go back to; the fabric is told until it has heard.
 */
@Injectable()
export class UpdateRouteSaga implements Saga<Input> {
  readonly kind = 'route.update';
  readonly deadlineMs = 60_000;

  private readonly ensureRoute: SagaStep<Input> = {
    name: 'ensure-route',
    isPointOfNoReturn: true,
    do: (run) => this.fabric.ensure(run),
    undo: () => Promise.resolve(),
  };

  readonly steps = [this.ensureRoute];

  constructor(
    private readonly routes: RouteRepository,
    private readonly fabric: RouteFabric,
  ) {}

  complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    return this.routes.settle(tx, run.resource.id, null);
  }

  abandon(tx: Tx, run: SagaRun<Input>): Promise<void> {
    return this.routes.settle(tx, run.resource.id, null);
  }
}
