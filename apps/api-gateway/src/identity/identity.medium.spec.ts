import { randomUUID } from 'node:crypto';
import { connectDatabase, type Database } from '@isthmus/db';
import { createTestDatabase, type TestDatabase } from '@isthmus/testing';
import { migrations } from '../app.module';
import { offlineConfig } from '../config';
import { ApiKeyEntity } from './api-key.entity';
import { ApiKeyRepository } from './api-key.repository';
import { Bootstrap } from './bootstrap';
import { KeyRing } from './key-ring';
import { newSecretKey, keptSecret } from './new-secret';
import { ProjectEntity } from './project.entity';
import { ProjectRepository } from './project.repository';
import { SecretBox } from '@isthmus/secrets';

const ACCESS_KEY = 'SCWABCDEFGHIJKLMNOPQ';

describe('keys in PostgreSQL', () => {
  let store: TestDatabase;
  let database: Database;
  let keys: ApiKeyRepository;
  const box = new SecretBox(Buffer.alloc(32, 1));
  const projectId = randomUUID();
  const bySecret = (secret: string) => ({ kind: 'secret' as const, secret, accessKey: null });

  beforeAll(async () => {
    store = await createTestDatabase();
    const entities = [ProjectEntity, ApiKeyEntity];
    database = await connectDatabase({ url: store.url, schema: 'gateway', entities, migrations });
    keys = new ApiKeyRepository(database);
  });
  afterAll(async () => {
    await database.onApplicationShutdown();
    await store.drop();
  });

  const bootstrapWith = (secretKey: string, by = box): Promise<void> => {
    const config = Object.assign(offlineConfig(), { bootstrap: { projectId, accessKey: ACCESS_KEY, secretKey } });
    return new Bootstrap(config, new ProjectRepository(database), keys, by).onModuleInit();
  };

  it('makes the first key once, also when several gateways start together', async () => {
    const secret = randomUUID();
    await Promise.all([bootstrapWith(secret), bootstrapWith(secret), bootstrapWith(secret)]);
    const before = await store.query('SELECT * FROM gateway.api_key');
    await bootstrapWith(secret);
    expect(await store.query('SELECT * FROM gateway.api_key')).toEqual(before);
    expect(before).toHaveLength(1);
    expect(JSON.stringify(before)).not.toContain(secret);
  });

  it('finds the key by its secret and for its signatures, after a change of secret only the new one', async () => {
    const [old, changed] = [randomUUID(), randomUUID()];
    await bootstrapWith(old);
    await bootstrapWith(changed);
    const ring = new KeyRing(keys, box);
    const caller = { projectId, organizationId: projectId, accessKey: ACCESS_KEY, scope: 'admin' };
    await expect(ring.identify(bySecret(changed))).resolves.toMatchObject(caller);
    await expect(ring.identify(bySecret(old))).rejects.toMatchObject({ denial: 'unknown' });
    const signed = {
      kind: 'signature' as const,
      accessKey: ACCESS_KEY,
      isMadeWith: (secret: string) => secret === changed,
    };
    await expect(ring.identify(signed)).resolves.toMatchObject(caller);
  });

  it('seals the secret anew under a new master key', async () => {
    const secret = randomUUID();
    await bootstrapWith(secret);
    const newBox = new SecretBox(Buffer.alloc(32, 2));
    await bootstrapWith(secret, newBox);
    const row = await keys.findByAccessKey(ACCESS_KEY);
    expect(row?.masterKeyId).toBe(newBox.keyId);
    expect(newBox.open(row?.secretSealed as Buffer, ACCESS_KEY)).toBe(secret);
  });

  it('leaves a secret that was rotated alone until the settings change', async () => {
    const [given, changed, rotated] = [randomUUID(), randomUUID(), newSecretKey()];
    await bootstrapWith(given);
    const secret = keptSecret(box, rotated, ACCESS_KEY);
    await database.transaction((tx) => keys.rotate(tx, ACCESS_KEY, secret, 0));
    await bootstrapWith(given);
    await expect(new KeyRing(keys, box).identify(bySecret(rotated))).resolves.toMatchObject({ scope: 'admin' });
    await expect(new KeyRing(keys, box).identify(bySecret(given))).rejects.toMatchObject({ denial: 'unknown' });
    await bootstrapWith(changed);
    await expect(new KeyRing(keys, box).identify(bySecret(changed))).resolves.toMatchObject({ scope: 'admin' });
  });

  it('tells the moment of expiry as it is stored', async () => {
    const secret = randomUUID();
    await bootstrapWith(secret);
    await store.query("UPDATE gateway.api_key SET expires_at = now() - interval '1 ms'");
    await expect(new KeyRing(keys, box).identify(bySecret(secret))).rejects.toMatchObject({ denial: 'expired' });
    await store.query("UPDATE gateway.api_key SET expires_at = now() + interval '1 h'");
    await expect(new KeyRing(keys, box).identify(bySecret(secret))).resolves.toMatchObject({ scope: 'admin' });
    await store.query('UPDATE gateway.api_key SET expires_at = NULL');
  });

  it('knows a revoked key no more', async () => {
    const secret = randomUUID();
    await bootstrapWith(secret);
    await store.query('UPDATE gateway.api_key SET revoked_at = now()');
    await expect(new KeyRing(keys, box).identify(bySecret(secret))).rejects.toMatchObject({ denial: 'unknown' });
    await bootstrapWith(randomUUID());
    expect(await keys.findByAccessKey(ACCESS_KEY)).toBeNull();
  });
});
