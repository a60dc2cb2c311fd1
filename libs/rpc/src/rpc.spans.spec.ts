import { ProblemError } from '@isthmus/problem';
import { endRpcSpan } from './rpc.spans';

describe('the span of a call', () => {
  it.each([
    [undefined, 'ok', undefined],
    [ProblemError.notFound('vpc', 'x'), 'not-found', undefined],
    [new ProblemError('busy', 'later'), 'busy', undefined],
    [new ProblemError('unavailable', 'away'), 'unavailable', 'unavailable'],
    [new ProblemError('fault', 'broken'), 'fault', 'fault'],
  ])('is an error where something could not be done, and not where it was refused: %s', (problem, outcome, error) => {
    const span = { traceparent: null, tell: jest.fn(), end: jest.fn() };
    endRpcSpan(span, problem);
    expect(span.tell.mock.calls).toEqual([[{ 'isthmus.outcome': outcome }]]);
    expect(span.end.mock.calls).toEqual([[error]]);
  });
});
