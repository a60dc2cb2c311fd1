import { GatheredReads } from './gathered-reads';

/** Every look waits until the test lets it go. */
function held() {
  const looks: { ids: string[]; answer(): void; fail(error: Error): void }[] = [];
  const reads = new GatheredReads<string>(
    (ids) =>
      new Promise((resolve, reject) => {
        const answer = (): void => resolve(new Map(ids.filter((id) => id !== 'none').map((id) => [id, `${id}!`])));
        looks.push({ ids, answer, fail: reject });
      }),
  );
  return { reads, looks, turn: () => new Promise((done) => setImmediate(done)) };
}

describe('gathered reads', () => {
  it('look once for all that come together, and tell each its own', async () => {
    const { reads, looks, turn } = held();
    const found = Promise.all(['a', 'b', 'a', 'none'].map((id) => reads.find(id)));
    await turn();
    expect(looks.map(({ ids }) => ids)).toEqual([['a', 'b', 'none']]);
    looks[0]?.answer();
    expect(await found).toEqual(['a!', 'b!', 'a!', undefined]);
  });

  it('answer nothing that was read before it was asked for', async () => {
    const { reads, looks, turn } = held();
    const first = reads.find('a');
    await turn();
    const [again, other] = [reads.find('a'), reads.find('b')];
    await turn();
    expect(looks).toHaveLength(1);
    looks[0]?.answer();
    expect(await first).toBe('a!');
    await turn();
    expect(looks[1]?.ids).toEqual(['a', 'b']);
    looks[1]?.answer();
    expect(await Promise.all([again, other])).toEqual(['a!', 'b!']);
  });

  it('tell a failure to those it has struck, and go on', async () => {
    const { reads, looks, turn } = held();
    const [struck, alike] = [reads.find('a'), reads.find('b')];
    const failures = Promise.allSettled([struck, alike]);
    await turn();
    const next = reads.find('a');
    looks[0]?.fail(new Error('away'));
    expect((await failures).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await turn();
    looks[1]?.answer();
    expect(await next).toBe('a!');
  });

  it('take 500 at once', async () => {
    const { reads, looks, turn } = held();
    const found = Promise.all(Array.from({ length: 501 }, (_, n) => reads.find(String(n))));
    await turn();
    looks[0]?.answer();
    await turn();
    await turn();
    looks[1]?.answer();
    expect(looks.map(({ ids }) => ids.length)).toEqual([500, 1]);
    expect(new Set(await found).size).toBe(501);
  });
});
