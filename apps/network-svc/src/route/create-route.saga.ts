import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import { RouteFabric } from './route.fabric';
import { RouteRepository } from './route.repository';

type Input = Record<string, never>;

/**
 * route.create
 *   ensure-route   the fabric's router learns it
 * Undone, the route is gone.
 */
@Injectable()
export class CreateRouteSaga implements Saga<Input> {
  readonly kind = 'route.create';
  readonly deadlineMs = 60_000;
  readonly isCancellable = true;

  private readonly ensureRoute: SagaStep<Input> = {
    name: 'ensure-route',
    do: (run) => this.fabric.ensure(run),
    undo: async (run) => {
      const { revision } = await this.routes.getById(run.resource.id);
      await this.fabric.remove(run, BigInt(revision));
    },
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
    return this.routes.delete(tx, run.resource.id);
  }
}
