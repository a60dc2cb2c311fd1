import type Redis from 'ioredis';
import { RedisClock } from './redis-clock';

async function clockWith(redisAheadMs: number): Promise<RedisClock> {
  const clock = new RedisClock();
  const redisNow = Date.now() + redisAheadMs;
  await clock.refresh({
    time: async () => [Math.floor(redisNow / 1_000), (redisNow % 1_000) * 1_000],
  } as unknown as Redis);
  return clock;
}

describe('the deadline of a request', () => {
  it('ignores how wrong the clock of its caller is', async () => {
    const clock = await clockWith(0);
    const enteredAt = Date.now();
    const fast = clock.deadlineOf(`${enteredAt}-0`, { sentAt: 9_000_000, deadline: 9_005_000 });
    expect(Math.abs(fast - (enteredAt + 5_000))).toBeLessThan(1_000);
  });

  it('is told on our own clock, however far it is from that of Redis', async () => {
    const clock = await clockWith(3_600_000);
    const enteredAt = Date.now() + 3_600_000;
    const deadline = clock.deadlineOf(`${enteredAt}-7`, { sentAt: 0, deadline: 2_000 });
    expect(Math.abs(deadline - (Date.now() + 2_000))).toBeLessThan(1_000);
  });
});
