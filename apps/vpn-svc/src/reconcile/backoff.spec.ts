import { Backoff } from './backoff';

describe('backoff', () => {
  it('doubles with each failure up to its limit, and starts anew after a success', () => {
    const backoff = new Backoff(10, 35);
    expect(backoff.isDue('a', 0)).toBe(true);
    for (const delayMs of [10, 20, 35, 35]) {
      backoff.failed('a', 0);
      expect([backoff.isDue('a', delayMs - 1), backoff.isDue('a', delayMs)]).toEqual([false, true]);
    }
    expect(backoff.isDue('b', 0)).toBe(true);
    backoff.succeeded('a');
    expect(backoff.isDue('a', 0)).toBe(true);
    backoff.failed('a', 0);
    expect(backoff.isDue('a', 10)).toBe(true);
  });

  it('forgets what is not tried again', () => {
    const backoff = new Backoff(10, 40);
    for (const id of ['gone', 'gone', 'kept', 'kept']) backoff.failed(id, 0);
    backoff.failed('kept', 80);
    backoff.sweep(101);
    for (const id of ['gone', 'kept']) backoff.failed(id, 200);
    expect([backoff.isDue('gone', 210), backoff.isDue('kept', 210)]).toEqual([true, false]);
  });
});
