import { SecretBox } from './secret-box';

describe('SecretBox', () => {
  const box = new SecretBox(Buffer.alloc(32, 1));

  it('opens what it sealed, and never seals the same way twice', () => {
    const sealed = box.seal('a secret', 'owner');
    expect(box.open(sealed, 'owner')).toBe('a secret');
    expect(box.seal('a secret', 'owner')).not.toEqual(sealed);
    expect(sealed.includes('a secret')).toBe(false);
  });

  it('stays shut for another owner, another master key, and after any change', () => {
    const sealed = box.seal('a secret', 'owner');
    expect(() => box.open(sealed, 'somebody')).toThrow();
    expect(() => new SecretBox(Buffer.alloc(32, 2)).open(sealed, 'owner')).toThrow();
    for (let index = 0; index < sealed.length; index++) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => box.open(changed, 'owner')).toThrow();
    }
  });

  it('names its master key without telling it', () => {
    expect(box.keyId).toMatch(/^[0-9a-f]{16}$/);
    expect(new SecretBox(Buffer.alloc(32, 2)).keyId).not.toBe(box.keyId);
  });
});
