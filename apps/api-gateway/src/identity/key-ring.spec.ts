import { hash } from 'node:crypto';
import type { ApiKeyRepository, LiveKey } from './api-key.repository';
import { DeniedAuthentication } from './credentials';
import { KEY_FRESH_MS, KeyRing } from './key-ring';
import { SecretBox } from '@isthmus/secrets';

const SECRET = '22222222-2222-4222-8222-222222222222';
const ACCESS_KEY = 'SCWABCDEFGHIJKLMNOPQ';
const box = new SecretBox(Buffer.alloc(32, 1));

const at = (moment: number): string => new Date(moment).toISOString();

function liveKey(changes: Partial<LiveKey> = {}): LiveKey {
  return {
    accessKey: ACCESS_KEY,
    projectId: 'project',
    organizationId: 'organization',
    secretSha256: Buffer.from(hash('sha256', SECRET, 'hex'), 'hex'),
    secretSealed: box.seal(SECRET, ACCESS_KEY),
    masterKeyId: box.keyId,
    name: 'key',
    formerSha256: null,
    formerSealed: null,
    formerMasterKeyId: null,
    formerUntil: null,
    scope: 'write',
    expiresAt: null,
    revokedAt: null,
    rotatedAt: null,
    createdAt: at(0),
    ...changes,
  };
}

function ringOf(key: LiveKey | null): { ring: KeyRing; asked: string[] } {
  const asked: string[] = [];
  const repository = {
    findBySecret: async (digest: Buffer) => {
      asked.push(digest.toString('hex'));
      return key?.secretSha256.equals(digest) || key?.formerSha256?.equals(digest) ? key : null;
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
  afterEach(() => jest.useRealTimers());

  it('finds the caller by secret, asks once, and then answers at once', async () => {
    const { ring, asked } = ringOf(liveKey());
    const caller = { projectId: 'project', organizationId: 'organization', accessKey: ACCESS_KEY, scope: 'write' };
    await expect(ring.identify(bySecret(SECRET))).resolves.toMatchObject(caller);
    expect(ring.identify(bySecret(SECRET, ACCESS_KEY))).toMatchObject(caller);
    expect(asked).toHaveLength(1);
  });

  it('believes a key only for a moment, which begins before it is read', async () => {
    jest.useFakeTimers();
    const { ring, asked } = ringOf(liveKey());
    await ring.identify(bySecret(SECRET));
    jest.advanceTimersByTime(KEY_FRESH_MS - 1);
    expect(ring.identify(bySecret(SECRET))).toMatchObject({ accessKey: ACCESS_KEY });
    jest.advanceTimersByTime(1);
    await ring.identify(bySecret(SECRET));
    expect(asked).toHaveLength(2);
  });

  it('neither keeps nor shares what a slow query finds', async () => {
    jest.useFakeTimers();
    let answer: (row: LiveKey | null) => void = () => undefined;
    const answers = [new Promise<LiveKey | null>((resolve) => (answer = resolve)), Promise.resolve(null)];
    const findBySecret = jest.fn(() => answers.shift() as Promise<LiveKey | null>);
    const ring = new KeyRing({ findBySecret } as Partial<ApiKeyRepository> as ApiKeyRepository, box);
    const early = ring.identify(bySecret(SECRET));
    jest.advanceTimersByTime(KEY_FRESH_MS);
    // Revoked meanwhile.
    const late = ring.identify(bySecret(SECRET));
    answer(liveKey());
    await expect(early).resolves.toMatchObject({ accessKey: ACCESS_KEY });
    await expect(late).rejects.toEqual(denied('unknown'));
    answers.push(Promise.resolve(null));
    await expect(ring.identify(bySecret(SECRET))).rejects.toEqual(denied('unknown'));
  });

  it('reads a key anew when it is told to forget it, also one that is being read', async () => {
    const { ring, asked } = ringOf(liveKey());
    await ring.identify(bySecret(SECRET));
    ring.forget(ACCESS_KEY);
    const overtaken = ring.identify(bySecret(SECRET));
    ring.forget(ACCESS_KEY);
    await Promise.all([overtaken, ring.identify(bySecret(SECRET))]);
    expect(asked).toHaveLength(3);
    ring.forget('SCWZZZZZZZZZZZZZZZZZ');
    expect(ring.identify(bySecret(SECRET))).toMatchObject({ accessKey: ACCESS_KEY });
  });

  it('takes the secret before for as long as it works along, for signatures too', async () => {
    jest.useFakeTimers();
    const formerSecret = '44444444-4444-4444-8444-444444444444';
    const { ring } = ringOf(
      liveKey({
        formerSha256: hash('sha256', formerSecret, 'buffer'),
        formerSealed: box.seal(formerSecret, ACCESS_KEY),
        formerMasterKeyId: box.keyId,
        formerUntil: at(Date.now() + 100),
      }),
    );
    const signed = (by: string) => ({
      kind: 'signature' as const,
      accessKey: ACCESS_KEY,
      isMadeWith: (secret: string) => secret === by,
    });
    for (const secret of [SECRET, formerSecret]) {
      await expect(ring.identify(bySecret(secret))).resolves.toMatchObject({ accessKey: ACCESS_KEY });
      await expect((async () => ring.identify(signed(secret)))()).resolves.toMatchObject({ accessKey: ACCESS_KEY });
    }
    jest.advanceTimersByTime(100);
    expect(ring.identify(bySecret(SECRET))).toMatchObject({ accessKey: ACCESS_KEY });
    expect(ring.identify(signed(SECRET))).toMatchObject({ accessKey: ACCESS_KEY });
    expect(() => ring.identify(bySecret(formerSecret))).toThrow(denied('unknown'));
    expect(() => ring.identify(signed(formerSecret))).toThrow(denied('unknown'));
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
    jest.useFakeTimers();
    const { ring } = ringOf(liveKey({ expiresAt: at(Date.now() + 100) }));
    await ring.identify(bySecret(SECRET));
    jest.advanceTimersByTime(100);
    expect(() => ring.identify(bySecret(SECRET))).toThrow(denied('expired'));
    const { ring: late } = ringOf(liveKey({ expiresAt: at(0) }));
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
