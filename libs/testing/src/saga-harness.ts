import type { OperationKind } from '@isthmus/model';
import type { ExecutionProbe, Saga } from '@isthmus/operations';
import { ProblemError } from '@isthmus/problem';
import { until } from './until';

type Direction = 'do' | 'undo';
type Place = 'before' | 'after';

/** A probe that a test re-arms: it strikes at one place of one step, a number of times, and counts. */
export class StrikingProbe implements ExecutionProbe {
  private armed:
    { place: Place; direction: Direction; step: string; times: number; strike: () => Promise<void> } | undefined;
  struck = 0;

  arm(place: Place, direction: Direction, step: string, times: number, strike: () => Promise<void>): void {
    this.armed = { place, direction, step, times, strike };
    this.struck = 0;
  }

  /** Holds the next pass at that place until the answered function is called, however early that is. */
  hold(place: Place, direction: Direction, step: string): () => void {
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    this.arm(place, direction, step, 1, () => held);
    return letGo;
  }

  disarm(): void {
    this.armed = undefined;
  }

  before(direction: Direction, step: string): Promise<void> {
    return this.pass('before', direction, step);
  }

  after(direction: Direction, step: string): Promise<void> {
    return this.pass('after', direction, step);
  }

  private async pass(place: Place, direction: Direction, step: string): Promise<void> {
    const { armed } = this;
    if (!armed || armed.place !== place || armed.direction !== direction || armed.step !== step) return;
    if (this.struck >= armed.times) return;
    this.struck += 1;
    await armed.strike();
  }
}

/** An ended operation as the harness looks at it. */
export interface EndedOperation {
  state: string;
  message: string | null;
  steps: { name: string; state: string; attempt: number; error: string | null }[];
}

/** The world in which the sagas of one service run. */
export interface SagaWorld {
  probe: StrikingProbe;
  /** Everything that an undone operation must leave as it was. */
  snapshot(): Promise<unknown>;
  /** The operation once it has ended. */
  ended(operationId: string): Promise<EndedOperation>;
  /** Makes the lease of the operation run out, as if its worker had died. */
  killWorkerOf(operationId: string): Promise<void>;
  /** Everything that must always hold; empty when it does. */
  violations(): Promise<string[]>;
}

/** One kind of operation: `prepare` makes what it needs, `accept` submits it and answers the operation's id. */
export interface SagaScenario<Prepared> {
  prepare(): Promise<Prepared>;
  accept(prepared: Prepared): Promise<string>;
}

/** A function that jest's `it` is. */
type Test = (name: string, run: () => Promise<void>) => void;

/**
 * Registers the tests that every saga must pass, step by step: repeated, failed before and after its effect, undone
 * twice, and crashed between its effect and its record.
 */
export function sagaTests<Prepared>(
  test: Test,
  saga: Pick<Saga<unknown>, 'kind' | 'steps'>,
  scenario: SagaScenario<Prepared>,
  world: () => SagaWorld,
): void {
  const fault = (message: string) => new ProblemError('fault', message);

  test(`${saga.kind} succeeds`, async () => {
    const id = await scenario.accept(await scenario.prepare());
    await expectSuccess(world(), id);
  });

  for (const { name: step, isPointOfNoReturn } of saga.steps) {
    test(`${saga.kind}: ${step} done twice is done once`, async () => {
      const prepared = await scenario.prepare();
      const lost = new ProblemError('unavailable', 'the answer was lost');
      world().probe.arm('after', 'do', step, 1, () => Promise.reject(lost));
      const id = await scenario.accept(prepared);
      await expectSuccess(world(), id);
      expectStruck(world(), 1);
    });

    test(`${saga.kind}: a crash after ${step}, before it is recorded, is made good`, async () => {
      const prepared = await scenario.prepare();
      let revive: () => void = () => undefined;
      world().probe.arm('after', 'do', step, 1, () => new Promise((resolve) => (revive = resolve)));
      const id = await scenario.accept(prepared);
      await until(`${step} has taken effect`, () => world().probe.struck === 1);
      await world().killWorkerOf(id);
      await expectSuccess(world(), id);
      // The dead worker comes back and must change nothing.
      const after = await world().snapshot();
      revive();
      expect(await world().ended(id)).toMatchObject({ state: 'success' });
      expect(await world().snapshot()).toEqual(after);
    });

    if (isPointOfNoReturn) {
      test(`${saga.kind}: ${step} cannot fail, only be late`, async () => {
        const prepared = await scenario.prepare();
        world().probe.arm('before', 'do', step, 3, () => Promise.reject(fault('not now')));
        await expectSuccess(world(), await scenario.accept(prepared));
        expectStruck(world(), 3);
      });
      continue;
    }

    for (const place of ['before', 'after'] as const) {
      test(`${saga.kind}: a failure ${place} the effect of ${step} leaves a clean slate`, async () => {
        const prepared = await scenario.prepare();
        const before = await world().snapshot();
        world().probe.arm(place, 'do', step, 1, () => Promise.reject(fault(`failed ${place} ${step}`)));
        const ended = await world().ended(await scenario.accept(prepared));
        expect(ended).toMatchObject({ state: 'failure', message: `failed ${place} ${step}` });
        expect(ended.steps.find(({ error }) => error !== null)?.name).toBe(step);
        expect(await world().snapshot()).toEqual(before);
        expect(await world().violations()).toEqual([]);
      });
    }

    test(`${saga.kind}: ${step} undone twice is undone once`, async () => {
      const prepared = await scenario.prepare();
      const before = await world().snapshot();
      const { probe } = world();
      // Fails after its effect; then its undo works, loses its answer, and is tried again.
      probe.arm('after', 'do', step, 1, async () => {
        probe.arm('after', 'undo', step, 1, () => Promise.reject(new ProblemError('unavailable', 'lost')));
        throw fault(`failed after ${step}`);
      });
      const ended = await world().ended(await scenario.accept(prepared));
      expect(ended.state).toBe('failure');
      expectStruck(world(), 1);
      expect(await world().snapshot()).toEqual(before);
      expect(await world().violations()).toEqual([]);
    });
  }
}

async function expectSuccess(world: SagaWorld, operationId: string): Promise<void> {
  expect(await world.ended(operationId)).toMatchObject({ state: 'success', message: null });
  expect(await world.violations()).toEqual([]);
}

function expectStruck(world: SagaWorld, times: number): void {
  expect(world.probe.struck).toBe(times);
}

/** Throws when a registered saga has no scenario: a new saga is tested or the suite is red. */
export function requireScenarios(kinds: OperationKind[], scenarios: Partial<Record<OperationKind, unknown>>): void {
  const missing = kinds.filter((kind) => !scenarios[kind]);
  if (missing.length > 0) throw new Error(`no saga scenario for ${missing.join(', ')}`);
}
