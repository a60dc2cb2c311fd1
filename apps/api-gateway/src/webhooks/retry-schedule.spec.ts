import { pauseAfterMs, retryAfterMs, retryDelayMs } from './retry-schedule';

describe('the wait before the next attempt', () => {
  const schedule = [0, 5_000, 300_000];

  it.each([
    { failures: 1, random: 0, delay: 5_000 },
    { failures: 1, random: 0.5, delay: 5_250 },
    { failures: 2, random: 0, delay: 300_000 },
    { failures: 2, random: 0.999, delay: 329_970 },
    { failures: 3, random: 0, delay: undefined },
    { failures: 4, random: 0, delay: undefined },
  ])('after $failures failures is $delay', ({ failures, random, delay }) => {
    expect(retryDelayMs(schedule, failures, random)).toBe(delay);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');

  it.each([
    [undefined, 0],
    ['', 0],
    ['0', 0],
    ['120', 120_000],
    ['86400', 86_400_000],
    ['86401', 86_400_000],
    ['999999999', 86_400_000],
    ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
    ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
    ['Mon, 21 Nov 2033 12:00:00 GMT', 86_400_000],
    ['soon', 0],
    ['-5', 0],
    ['9'.repeat(400), 0],
  ])('%p asks for %d ms', (header, ms) => expect(retryAfterMs(header, now)).toBe(ms));
});

describe('the pause of a failing endpoint', () => {
  const rule = { pauseAfterFailures: 5, pauseMs: 30_000 };

  it.each([
    [1, 0],
    [4, 0],
    [5, 30_000],
    [6, 60_000],
    [7, 120_000],
    [11, 1_800_000],
    [5_000, 1_800_000],
  ])('after %d failures is %d ms', (failures, ms) => expect(pauseAfterMs(failures, rule)).toBe(ms));
});
