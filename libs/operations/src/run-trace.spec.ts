import { ProblemError } from '@isthmus/problem';
import { type SpanOptions, useTracer } from '@isthmus/telemetry';
import type { ClaimedOperation } from './journal';
import { RunTrace } from './run-trace';

const ACCEPTED = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

function claimed(parts: Partial<ClaimedOperation> = {}): ClaimedOperation {
  return {
    id: 'op',
    projectId: 'project',
    kind: 'private-network.create',
    resourceType: 'private-network',
    resourceId: 'network',
    referenceType: 'private-network',
    referenceId: 'network',
    input: {},
    direction: 'forward',
    failure: null,
    attempt: 1,
    retries: 0,
    principal: 'test',
    requestId: 'request',
    traceparent: ACCEPTED,
    isCancellable: false,
    isCancelRequested: false,
    deadlineMs: 1_000,
    remainingMs: 1_000,
    ...parts,
  };
}

/** Where a span ended, with what error, and where it hangs. */
interface Ended {
  name: string;
  parent: SpanOptions['parent'];
  error: string | undefined;
}

describe('the trace of a run', () => {
  const never = new AbortController().signal;
  let ended: Ended[];

  beforeEach(() => {
    ended = [];
    useTracer({
      begin: (name, { parent }) => ({
        traceparent: `of ${name}`,
        tell: () => undefined,
        end: (error) => void ended.push({ name, parent, error }),
      }),
    });
  });
  afterEach(() => useTracer(undefined));

  it('hangs steps below the run, and what a step does below the step', async () => {
    const trace = new RunTrace(claimed());
    const seen = [trace.current];
    await trace.step('do', 'one', never, () => Promise.resolve(seen.push(trace.current)));
    await trace.step('undo', 'one', never, () => Promise.resolve(seen.push(trace.current)));
    seen.push(trace.current);
    trace.end('success');
    const run = 'of operation private-network.create';
    expect(seen).toEqual([run, 'of do one', 'of undo one', run]);
    expect(ended).toEqual([
      { name: 'do one', parent: run, error: undefined },
      { name: 'undo one', parent: run, error: undefined },
      { name: 'operation private-network.create', parent: ACCEPTED, error: undefined },
    ]);
  });

  it.each([
    ['success', undefined],
    ['released', undefined],
    ['fenced', undefined],
    ['failure', 'failure'],
    ['timeout', 'timeout'],
  ])('that ends as %s has the error %s', (outcome, error) => {
    new RunTrace(claimed()).end(outcome);
    expect(ended.map((span) => span.error)).toEqual([error]);
  });

  it('tells why a step failed, or that it was interrupted, and comes back to the run', async () => {
    const trace = new RunTrace(claimed());
    const interruption = new AbortController();
    const busy = trace.step('do', 'one', never, () => Promise.reject(new ProblemError('busy', 'later')));
    await expect(busy).rejects.toThrow('later');
    const stopped = trace.step('do', 'one', interruption.signal, () => {
      interruption.abort('drain');
      return Promise.reject(new Error('stopped'));
    });
    await expect(stopped).rejects.toThrow('stopped');
    expect(ended.map(({ error }) => error)).toEqual(['busy', 'interrupted']);
    expect(trace.current).toBe(trace.traceparent);
  });

  it('is what was accepted where nobody traces', async () => {
    useTracer(undefined);
    const trace = new RunTrace(claimed());
    expect(await trace.step('do', 'one', never, () => Promise.resolve(trace.current))).toBe(ACCEPTED);
    expect(new RunTrace(claimed({ traceparent: null })).traceparent).toBeNull();
  });
});
