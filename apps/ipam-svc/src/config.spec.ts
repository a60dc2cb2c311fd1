import { readConfig, readDatabaseUrl } from './config';

describe('configuration', () => {
  const env = { DATABASE_URL: 'postgres://a,b/isthmus', REDIS_URL: 'redis://localhost' };

  it('takes URLs, also with several hosts', () => {
    expect(readConfig(env)).toEqual({ databaseUrl: 'postgres://a,b/isthmus', redisUrl: 'redis://localhost' });
    expect(readDatabaseUrl(env)).toBe('postgres://a,b/isthmus');
  });

  it('names everything that is wrong at once', () => {
    expect(() => readConfig({ DATABASE_URL: 'mysql://x' })).toThrow(/DATABASE_URL must be[^]*REDIS_URL must be/);
    expect(() => readDatabaseUrl({})).toThrow(
      'DATABASE_URL must be a URL that starts with postgres:// or postgresql://',
    );
  });
});
