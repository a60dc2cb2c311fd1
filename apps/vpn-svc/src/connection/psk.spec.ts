import { randomBytes } from 'node:crypto';
import { pskOwner } from '@isthmus/contracts';
import { SecretBox } from '@isthmus/secrets';
import { PskVault, requireStrongPsk } from './psk';

describe('the strength of a pre-shared key', () => {
  it.each(['Abcdefg1', 'abcdefg-1', 'ABCDEFG 1', 'aB~!@#$%^()-_+={ },./:;', `Aa1${'x'.repeat(125)}`])(
    'is enough: %j',
    (psk) => {
      expect(() => requireStrongPsk(psk)).not.toThrow();
    },
  );

  it.each([
    '',
    'Abcdef1',
    `Aa1${'x'.repeat(126)}`,
    'abcdefgh',
    'Abcdefgh',
    'abcdefg1',
    '12345678-',
    'Abcdefg1"',
    'Abcdefg1\n',
    'Abcdefg1ü',
  ])('is not enough, and the error does not tell it: %j', (psk) => {
    try {
      requireStrongPsk(psk);
    } catch (error) {
      expect(error).toMatchObject({ code: 'invalid-argument', meta: { violations: [{ field: 'psk' }] } });
      if (psk !== '') expect(JSON.stringify(error) + (error as Error).message).not.toContain(psk);
      return;
    }
    throw new Error('it was accepted');
  });
});

describe('the vault', () => {
  const box = new SecretBox(randomBytes(32));
  const vault = new PskVault(box);
  const psk = 'Correct-Horse-1';

  it('seals what was sent for the connection', () => {
    const kept = vault.accept(box.sealText(psk, pskOwner('project')), 'project', 'connection');
    expect(kept.masterKeyId).toBe(box.keyId);
    expect(kept.sealed.includes(psk)).toBe(false);
    expect(vault.open(kept, 'connection')).toBe(psk);
    expect(() => vault.open(kept, 'another')).toThrow();
  });

  it('does not open what was sealed for another project', () => {
    expect(() => vault.accept(box.sealText(psk, pskOwner('other')), 'project', 'connection')).toThrow();
  });

  it('says so when another master key sealed it', () => {
    const other = new SecretBox(randomBytes(32));
    const refusal = expect.objectContaining({ code: 'unavailable', message: expect.stringContaining('master key') });
    expect(() => vault.accept(other.sealText(psk, pskOwner('project')), 'project', 'connection')).toThrow(refusal);
    const kept = new PskVault(other).accept(other.sealText(psk, pskOwner('project')), 'project', 'connection');
    expect(() => vault.open(kept, 'connection')).toThrow(refusal);
  });
});
