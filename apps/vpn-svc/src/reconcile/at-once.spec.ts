import { setImmediate as turn } from 'node:timers/promises';
import { forEachAtOnce } from './at-once';

describe('forEachAtOnce', () => {
  it('does all, never more than the limit at a time', async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    await forEachAtOnce([1, 2, 3, 4, 5], 2, async (item) => {
      most = Math.max(most, ++running);
      await turn();
      running -= 1;
      done.push(item);
    });
    expect([most, done.sort()]).toEqual([2, [1, 2, 3, 4, 5]]);
  });

  it('throws the first error when all are done', async () => {
    const done: number[] = [];
    const work = async (item: number): Promise<void> => {
      await turn();
      if (item < 3) throw new Error(`no ${item}`);
      done.push(item);
    };
    await expect(forEachAtOnce([1, 2, 3, 4], 2, work)).rejects.toThrow('no 1');
    expect(done).toEqual([3, 4]);
  });
});
