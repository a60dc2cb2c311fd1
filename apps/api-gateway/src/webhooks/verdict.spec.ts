import { type AttemptResult, verdictOn } from './verdict';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const SCHEDULE = [0, 5_000, 300_000];

function verdict(status: number | null, retryAfter?: string, tries = 1): ReturnType<typeof verdictOn> {
  const result: AttemptResult = {
    startedAt: new Date(NOW),
    durationMs: 1,
    status,
    error: null,
    responseExcerpt: null,
    retryAfter,
  };
  return verdictOn(result, tries, SCHEDULE, NOW, 0);
}

describe('the verdict on an attempt', () => {
  it.each([200, 201, 202, 204, 299])('%d is a success', (status) => {
    expect(verdict(status)).toEqual({ kind: 'succeeded' });
  });

  it.each([null, 100, 300, 301, 302, 304, 307, 308, 400, 401, 404, 409, 500, 502])('%p fails', (status) => {
    expect(verdict(status, '60')).toEqual({ kind: 'failed', retryInMs: 5_000, restMs: 0 });
  });

  it('410 asks for no more', () => expect(verdict(410)).toEqual({ kind: 'gone' }));

  it.each([429, 503])('%d may ask to wait longer than the schedule, not shorter', (status) => {
    expect(verdict(status, '60')).toEqual({ kind: 'failed', retryInMs: 60_000, restMs: 60_000 });
    expect(verdict(status, '1')).toEqual({ kind: 'failed', retryInMs: 5_000, restMs: 1_000 });
    expect(verdict(status)).toEqual({ kind: 'failed', retryInMs: 5_000, restMs: 0 });
    expect(verdict(status, '9999999')).toMatchObject({ retryInMs: 86_400_000 });
  });

  it('on the last one is that there is none after it', () => {
    expect(verdict(500, undefined, 2)).toMatchObject({ retryInMs: 300_000 });
    expect(verdict(500, undefined, 3)).toEqual({ kind: 'failed', retryInMs: undefined, restMs: 0 });
    expect(verdict(503, '60', 3)).toEqual({ kind: 'failed', retryInMs: undefined, restMs: 60_000 });
  });
});
