import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from './config';

describe('configuration', () => {
  const env = { DATABASE_URL: 'postgres://a,b/isthmus', REDIS_URL: 'redis://localhost' };

  it('takes URLs, also with several hosts', () => {
    expect(readConfig(env)).toMatchObject({ databaseUrl: 'postgres://a,b/isthmus', redisUrl: 'redis://localhost' });
  });

  it('reads the pools and the callers that come with it', () => {
    const { pools, ownerTypes } = readConfig(env);
    expect(pools[0]).toEqual({
      ...{ region: 'fr-par', zone: 'fr-par-1', cidr: '203.0.113.0/27', gateway: '203.0.113.1' },
      ...{ rangeStart: '203.0.113.2', rangeEnd: '203.0.113.30' },
    });
    expect(ownerTypes['api-gateway']).toEqual(['custom']);
    expect(() => readConfig({ ...env, POOLS_FILE: 'config/regions.yaml' })).toThrow(/POOLS_FILE .* cannot be used/);
  });

  it('names everything that is wrong at once', () => {
    const wrong = { DATABASE_URL: 'mysql://x', POOLS_FILE: '/none', CALLERS_FILE: 'config/pools.yaml/none' };
    for (const name of [...Object.keys(wrong), 'REDIS_URL']) {
      expect(() => readConfig(wrong)).toThrow(new RegExp(`^ipam-svc cannot start:[^]*\\n  ${name} `));
    }
  });

  it('refuses callers without a list of owner types', () => {
    const directory = mkdtempSync(join(tmpdir(), 'callers-'));
    try {
      const file = join(directory, 'callers.yaml');
      writeFileSync(file, 'callers: { api-gateway: custom }');
      expect(() => readConfig({ ...env, CALLERS_FILE: file })).toThrow('api-gateway needs a list of owner types');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
