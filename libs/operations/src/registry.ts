import type { OperationKind } from '@isthmus/model';
import type { Saga } from './saga';

/** A saga by its class, so that the type of its input goes with it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever it injects
export type SagaClass<Input> = abstract new (...injected: any[]) => Saga<Input>;

/** The sagas of one service by kind. */
export class SagaRegistry {
  private readonly byKind = new Map<string, Saga<unknown>>();

  /** Throws when two sagas claim a kind or a saga names a step twice. */
  constructor(sagas: readonly Saga<never>[]) {
    for (const saga of sagas as readonly Saga<unknown>[]) {
      if (this.byKind.has(saga.kind)) throw new Error(`two sagas for ${saga.kind}`);
      if (new Set(saga.steps.map((step) => step.name)).size !== saga.steps.length) {
        throw new Error(`${saga.kind} names a step twice`);
      }
      this.byKind.set(saga.kind, saga);
    }
  }

  get all(): Saga<unknown>[] {
    return [...this.byKind.values()];
  }

  /** The registered instance of a saga class. */
  ofClass<Input>(sagaClass: SagaClass<Input>): Saga<Input> {
    const saga = this.all.find((candidate) => candidate instanceof sagaClass);
    if (!saga) throw new Error(`${sagaClass.name} is not registered`);
    return saga as Saga<Input>;
  }

  get(kind: OperationKind): Saga<unknown> {
    const saga = this.byKind.get(kind);
    if (!saga) throw new Error(`no saga for ${kind}`);
    return saga;
  }
}
