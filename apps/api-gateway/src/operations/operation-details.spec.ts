import { operationView } from '../views.fixture';
import { type JournaledStep, type OperationPlan, toDetails } from './operation-details';

const AT = '2026-08-05T12:59:37.782632Z';
const plan = (changes: Partial<OperationPlan> = {}): OperationPlan => ({
  stepNames: ['reserve', 'ensure', 'finish'],
  direction: 'forward',
  isStuck: false,
  isStalled: false,
  isCancellable: true,
  createdAt: AT,
  updatedAt: AT,
  startedAt: AT,
  finishedAt: null,
  deadline: AT,
  ...changes,
});
const step = (name: string, state: JournaledStep['state'], error: string | null = null): JournaledStep => ({
  name,
  state,
  attempt: 1,
  startedAt: AT,
  endedAt: AT,
  error,
});
const statesOf = (...given: Parameters<typeof toDetails>): string[] =>
  toDetails(...given).steps.map(({ state }) => state);

describe('toDetails', () => {
  it('shows the first step that is not done as running', () => {
    expect(statesOf(operationView(), plan(), [])).toEqual(['running', 'pending', 'pending']);
    expect(statesOf(operationView(), plan(), [step('reserve', 'done')])).toEqual(['done', 'running', 'pending']);
  });

  it('keeps the error of a step that is tried again', () => {
    const [retried] = toDetails(operationView(), plan(), [step('reserve', 'failed', 'no answer')]).steps;
    expect(retried).toMatchObject({ state: 'running', error: 'no answer', endedAt: null });
  });

  it('runs nothing while it undoes, and nothing when it has ended', () => {
    const journal = [step('reserve', 'done'), step('ensure', 'failed')];
    expect(statesOf(operationView(), plan({ direction: 'undo' }), journal)).toEqual(['done', 'failed', 'pending']);
    const failed = operationView({ state: 'failure', reason: 'fault', message: 'm' });
    expect(statesOf(failed, plan({ direction: 'undo' }), [step('reserve', 'undone')])).toEqual([
      'undone',
      'pending',
      'pending',
    ]);
  });

  it('never lets the progress fall, and says 100 only at the end', () => {
    const progress = (...given: Parameters<typeof toDetails>): number => toDetails(...given).progressPercent;
    const [forward, undo] = [plan(), plan({ direction: 'undo' })];
    const history: [OperationPlan, JournaledStep[]][] = [
      [forward, []],
      [forward, [step('reserve', 'done')]],
      [forward, [step('reserve', 'done'), step('ensure', 'failed')]],
      [undo, [step('reserve', 'done'), step('ensure', 'failed')]],
      [undo, [step('reserve', 'undone'), step('ensure', 'undone')]],
    ];
    expect(history.map((moment) => progress(operationView(), ...moment))).toEqual([0, 33, 33, 66, 66]);
    expect(
      progress(
        operationView(),
        plan(),
        ['reserve', 'ensure', 'finish'].map((name) => step(name, 'done')),
      ),
    ).toBe(99);
    expect(progress(operationView({ state: 'success' }), plan(), [])).toBe(100);
  });
});
