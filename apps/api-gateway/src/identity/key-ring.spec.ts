import { hash } from 'node:crypto';
import type { ApiKeyRepository, LiveKey } from './api-key.repository';
import { DeniedAuthentication } from './credentials';
import { KeyRing } from './key-ring';
import { SecretBox } from '@isthmus/secrets';

const SECRET = '22222222-2222-4222-8222-222222222222';
const ACCESS_KEY = 'SCWABCDEFGHIJKLMNOPQ';
const box = new SecretBox(Buffer.alloc(32, 1));

function liveKey(changes: Partial<LiveKey> = {}): LiveKey {
  return {
    accessKey: ACCESS_KEY,
    projectId: 'project',
    organizationId: 'organization',
    secretSha256: Buffer.from(hash('sha256', SECRET, 'hex'), 'hex'),
    secretSealed: box.seal(SECRET, ACCESS_KEY),
    masterKeyId: box.keyId,
    scope: 'write',
    expiresAt: null,
    revokedAt: null,
    createdAt: new Date(0),
    ...changes,
  };
}

function ringOf(key: LiveKey | null): { ring: KeyRing; asked: string[] } {
  const asked: string[] = [];
  const repository = {
    findBySecret: async (digest: Buffer) => {
      asked.push(digest.toString('hex'));
      return key?.secretSha256.equals(digest) ? key : null;
    },
    findByAccessKey: async (accessKey: string) => {
      asked.push(accessKey);
      return key?.accessKey === accessKey ? key : null;
    },
  } as Partial<ApiKeyRepository> as ApiKeyRepository;
  return { ring: new KeyRing(repository, box), asked };
}

const bySecret = (secret: string, accessKey: string | null = null) => ({ kind: 'secret' as const, secret, accessKey });
const denied = (denial: string) => expect.objectContaining({ code: 'unauthenticated', denial });

describe('KeyRing', () => {
  it('finds the caller by secret, asks once, and then answers at once', async () => {
    const { ring, asked } = ringOf(liveKey());
    const caller = { projectId: 'project', organizationId: 'organization', accessKey: ACCESS_KEY, scope: 'write' };
    await expect(ring.identify(bySecret(SECRET))).resolves.toMatchObject(caller);
    expect(ring.identify(bySecret(SECRET, ACCESS_KEY))).toMatchObject(caller);
    expect(asked).toHaveLength(1);
  });

  it('believes a key for no longer than a second', async () => {
    const { ring, asked } = ringOf(liveKey());
    await ring.identify(bySecret(SECRET));
    await ring.identify(bySecret(SECRET), Date.now() + 1_001);
    expect(asked).toHaveLength(2);
  });

  it('shares one query among callers that come together', async () => {
    const { ring, asked } = ringOf(liveKey());
    await Promise.all([
      ring.identify(bySecret(SECRET)),
      ring.identify(bySecret(SECRET)),
      ring.identify(bySecret(SECRET)),
    ]);
    expect(asked).toHaveLength(1);
  });

  it('opens the sealed secret for signatures', async () => {
    const { ring } = ringOf(liveKey());
    const signature = (isMadeWith: (secret: string) => boolean) => ({
      kind: 'signature' as const,
      accessKey: ACCESS_KEY,
      isMadeWith,
    });
    await expect(ring.identify(signature((secret) => secret === SECRET))).resolves.toMatchObject({
      accessKey: ACCESS_KEY,
    });
    expect(() => ring.identify(signature(() => false))).toThrow(DeniedAuthentication);
  });

  it('says the same of an unknown secret and of the access key of another', async () => {
    const { ring } = ringOf(liveKey());
    await expect(ring.identify(bySecret('33333333-3333-4333-8333-333333333333'))).rejects.toEqual(denied('unknown'));
    await expect(ring.identify(bySecret(SECRET, 'SCWZZZZZZZZZZZZZZZZZ'))).rejects.toEqual(denied('unknown'));
  });

  it('refuses a key that has expired, also while it is cached', async () => {
    const expiresAt = new Date(Date.now() + 60_000);
    const { ring } = ringOf(liveKey({ expiresAt }));
    await ring.identify(bySecret(SECRET));
    const { ring: late } = ringOf(liveKey({ expiresAt: new Date(0) }));
    await expect(late.identify(bySecret(SECRET))).rejects.toEqual(denied('expired'));
  });

  it('says what is wrong when a secret is sealed under another master key, and still knows the secret itself', async () => {
    const { ring } = ringOf(liveKey({ masterKeyId: 'another' }));
    await expect(ring.identify(bySecret(SECRET))).resolves.toMatchObject({ accessKey: ACCESS_KEY });
    const signed = { kind: 'signature' as const, accessKey: ACCESS_KEY, isMadeWith: () => true };
    await expect(async () => ring.identify(signed)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('another'),
    });
  });
});
