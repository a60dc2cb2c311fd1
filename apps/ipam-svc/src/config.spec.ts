import { readConfig, readDatabaseUrl } from './config';

describe('configuration', () => {
  const env = { DATABASE_URL: 'postgres://a,b/isthmus', REDIS_URL: 'redis://localhost' };

  it('takes URLs, also with several hosts', () => {
    expect(readConfig(env)).toMatchObject({ databaseUrl: 'postgres://a,b/isthmus', redisUrl: 'redis://localhost' });
    expect(readDatabaseUrl(env)).toBe('postgres://a,b/isthmus');
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
    expect(() => readConfig({ DATABASE_URL: 'mysql://x' })).toThrow(/DATABASE_URL must be[^]*REDIS_URL must be/);
    expect(() => readDatabaseUrl({})).toThrow(
      'DATABASE_URL must be a URL that starts with postgres:// or postgresql://',
    );
  });
});
