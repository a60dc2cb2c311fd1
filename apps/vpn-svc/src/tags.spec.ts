import { checkedTags } from './tags';

describe('tags', () => {
  it('keep key and value, in their order', () => {
    const tags = [
      { key: 'büro', value: 'Zürich 1' },
      { key: 'a.b:c=d+e-f@g_h', value: '' },
    ];
    expect(checkedTags(tags)).toEqual(tags);
    expect(checkedTags()).toEqual([]);
  });

  const twenty = Array.from({ length: 20 }, (_, index) => ({ key: `k${index}`, value: 'v' }));

  it('may be twenty, and as long as allowed', () => {
    expect(checkedTags(twenty)).toHaveLength(20);
    expect(checkedTags([{ key: 'k'.repeat(128), value: 'v'.repeat(255) }])).toHaveLength(1);
  });

  it.each([
    ['twenty-one', [...twenty, { key: 'k20', value: '' }]],
    ['an empty key', [{ key: '', value: '' }]],
    ['a key of 129 characters', [{ key: 'k'.repeat(129), value: '' }]],
    ['a value of 256 characters', [{ key: 'k', value: 'v'.repeat(256) }]],
    ['a character beyond the set', [{ key: 'k/l', value: '' }]],
    ['a line break', [{ key: 'k', value: 'a\nb' }]],
    ['a key twice', [...twenty.slice(0, 2), { key: 'k1', value: 'other' }]],
  ])('refuses %s', (_, tags) => {
    expect(() => checkedTags(tags)).toThrow(
      expect.objectContaining({
        code: 'invalid-argument',
        meta: { violations: [expect.objectContaining({ field: 'tags' })] },
      }),
    );
  });
});
