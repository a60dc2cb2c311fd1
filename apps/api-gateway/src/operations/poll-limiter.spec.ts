import { offlineConfig } from '../config';
import { PollLimiter } from './poll-limiter';

describe('PollLimiter', () => {
  const limiterOf = (pollRatePerOperation: number) =>
    new PollLimiter(Object.assign(offlineConfig(), { pollRatePerOperation }));
  const admitted = (limiter: PollLimiter, times: number, nowMs: number, id = 'operation'): number => {
    let count = 0;
    for (let n = 0; n < times; n++) {
      try {
        limiter.admit('key', id, nowMs);
        count++;
      } catch (error) {
        expect(error).toMatchObject({ code: 'too-many-requests', meta: { retryAfterSeconds: 1 } });
      }
    }
    return count;
  };

  it('grants two seconds at once, then the rate', () => {
    const limiter = limiterOf(50);
    expect(admitted(limiter, 500, 0)).toBe(100);
    expect(admitted(limiter, 500, 1_000)).toBe(50);
    expect(admitted(limiter, 500, 60_000)).toBe(100);
  });

  it('counts for each operation by itself', () => {
    const limiter = limiterOf(1);
    expect(admitted(limiter, 10, 0)).toBe(2);
    expect(admitted(limiter, 10, 0, 'other')).toBe(2);
  });

  it('lets everything pass when it is off', () => {
    expect(admitted(limiterOf(0), 1_000, 0)).toBe(1_000);
  });
});
