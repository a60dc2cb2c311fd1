import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment, migrationUrl, Settings } from './settings';

interface Reading<T> {
  value: T;
  /** What `check` throws; undefined when it finds nothing wrong. */
  error: string | undefined;
}

function reading<T>(env: Environment, read: (settings: Settings) => T): Reading<T> {
  const settings = new Settings(env);
  const value = read(settings);
  try {
    settings.check('some-svc');
    return { value, error: undefined };
  } catch (error) {
    return { value, error: (error as Error).message };
  }
}

const complaint = (text: string): string => `some-svc cannot start:\n  ${text}`;

describe('text', () => {
  it.each([
    { env: { HOST: '::1' }, value: '::1' },
    { env: { HOST: '' }, value: undefined },
    { env: {}, value: undefined },
  ])('of $env is $value', ({ env, value }) => {
    expect(reading(env, (settings) => settings.text('HOST'))).toEqual({ value, error: undefined });
  });
});

describe('URLs', () => {
  const readers = {
    DATABASE_URL: (settings: Settings) => settings.databaseUrl(),
    REDIS_URL: (settings: Settings) => settings.redisUrl(),
    KEYS_URL: (settings: Settings) => settings.url('KEYS_URL', ['https:']),
  };

  it.each([
    { name: 'DATABASE_URL', url: 'postgres://user:pw@db-a:5432,db-b:5432/isthmus' },
    { name: 'DATABASE_URL', url: 'postgresql://localhost/isthmus' },
    { name: 'REDIS_URL', url: 'redis://127.0.0.1:6379' },
    { name: 'REDIS_URL', url: 'rediss://127.0.0.1:6379' },
    { name: 'KEYS_URL', url: 'https://keys' },
  ] as const)('takes $url as $name', ({ name, url }) => {
    expect(reading({ [name]: url }, readers[name])).toEqual({ value: url, error: undefined });
  });

  it.each([
    { name: 'DATABASE_URL', url: 'mysql://user:pw@db', schemes: 'postgres:// or postgresql://' },
    { name: 'DATABASE_URL', url: '', schemes: 'postgres:// or postgresql://' },
    { name: 'REDIS_URL', url: 'localhost:6379', schemes: 'redis:// or rediss://' },
    { name: 'REDIS_URL', url: undefined, schemes: 'redis:// or rediss://' },
    { name: 'KEYS_URL', url: 'http://keys', schemes: 'https://' },
  ] as const)('refuses $url as $name, and does not repeat what may hold a password', ({ name, url, schemes }) => {
    const { error } = reading({ [name]: url }, readers[name]);
    expect(error).toBe(complaint(`${name} must be a URL that starts with ${schemes}`));
  });
});

describe('masterKey', () => {
  it('is 32 bytes in base64', () => {
    const key = Buffer.alloc(32, 7);
    const env = { MASTER_KEY: key.toString('base64') };
    expect(reading(env, (settings) => settings.masterKey())).toEqual({ value: key, error: undefined });
  });

  it.each([undefined, '', 'c2hvcnQ=', Buffer.alloc(33).toString('base64')])('is not %p', (text) => {
    const { error } = reading({ MASTER_KEY: text }, (settings) => settings.masterKey());
    expect(error).toBe(complaint('MASTER_KEY must be 32 bytes in base64 (openssl rand -base64 32)'));
  });
});

describe('wholeNumber', () => {
  it.each([
    { text: '0', value: 0 },
    { text: '65535', value: 65_535 },
    { text: '', value: 8080 },
    { text: undefined, value: 8080 },
  ])('of $text is $value', ({ text, value }) => {
    const read = (settings: Settings): number => settings.wholeNumber('PORT', 8080, 65_535);
    expect(reading({ PORT: text }, read)).toEqual({ value, error: undefined });
  });

  it.each(['65536', '-1', '1.5', '1e3', '0x10', '80 ', 'http'])('is not %p', (text) => {
    const { error } = reading({ PORT: text }, (settings) => settings.wholeNumber('PORT', 8080, 65_535));
    expect(error).toBe(complaint(`PORT must be a whole number from 0 to 65535, not "${text}"`));
  });

  it('fits an int when no other limit is named', () => {
    const read = (settings: Settings): number => settings.wholeNumber('QUOTA', 1);
    expect(reading({ QUOTA: '2147483647' }, read)).toEqual({ value: 2_147_483_647, error: undefined });
    for (const text of ['2147483648', '9'.repeat(400)]) {
      expect(reading({ QUOTA: text }, read).error).toContain('QUOTA must be a whole number from 0 to 2147483647, not');
    }
  });
});

describe('oneOf', () => {
  const read = (settings: Settings): 'open' | 'strict' => settings.oneOf('REGISTRY', ['open', 'strict']);

  it.each([
    { text: 'strict', value: 'strict' },
    { text: 'open', value: 'open' },
    { text: '', value: 'open' },
    { text: undefined, value: 'open' },
  ])('of $text is $value', ({ text, value }) => {
    expect(reading({ REGISTRY: text }, read)).toEqual({ value, error: undefined });
  });

  it('refuses every other choice', () => {
    const { error } = reading({ REGISTRY: 'Open' }, read);
    expect(error).toBe(complaint('REGISTRY must be one of open, strict, not "Open"'));
  });
});

describe('parsed', () => {
  const read = (settings: Settings): unknown => settings.parsed('RULES', (text) => JSON.parse(text) as unknown);

  it('is what the parser makes of the text', () => {
    expect(reading({ RULES: '[1]' }, read)).toEqual({ value: [1], error: undefined });
  });

  it.each([undefined, ''])('does not ask the parser about %p', (text) => {
    expect(reading({ RULES: text }, read)).toEqual({ value: undefined, error: undefined });
  });

  it('says why the parser refused', () => {
    const { value, error } = reading({ RULES: '2' }, (settings) =>
      settings.parsed('RULES', (text) => {
        throw new Error(`${text} is no rule`);
      }),
    );
    expect({ value, error }).toEqual({ value: undefined, error: complaint('RULES cannot be used: 2 is no rule') });
  });
});

describe('file', () => {
  let directory: string;
  let zones: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'settings-'));
    zones = join(directory, 'zones.yaml');
    writeFileSync(zones, 'zones: [a-1, a-2]\n');
  });

  afterAll(() => rmSync(directory, { recursive: true }));

  const read =
    (fallback: string) =>
    (settings: Settings): unknown =>
      settings.file('ZONES_FILE', fallback, (content) => (content as { zones: string[] }).zones);

  it('is the one that is named, or else the one that comes with the service', () => {
    const expected = { value: ['a-1', 'a-2'], error: undefined };
    expect(reading({ ZONES_FILE: zones }, read('/none'))).toEqual(expected);
    expect(reading({ ZONES_FILE: '' }, read(zones))).toEqual(expected);
    expect(reading({}, read(zones))).toEqual(expected);
  });

  it('is named with what is wrong when it is missing, no YAML or refused', () => {
    const missing = join(directory, 'none.yaml');
    const { error: whenMissing } = reading({ ZONES_FILE: missing }, read(zones));
    expect(whenMissing).toContain(`ZONES_FILE (${missing}) cannot be used: `);
    expect(whenMissing).toContain('ENOENT');
    const broken = join(directory, 'broken.yaml');
    writeFileSync(broken, 'zones: [a-1');
    expect(reading({ ZONES_FILE: broken }, read(zones)).error).toContain(`ZONES_FILE (${broken}) cannot be used: `);
    const { value, error } = reading({ ZONES_FILE: zones }, (settings) =>
      settings.file('ZONES_FILE', zones, () => {
        throw new Error('two zones are too few');
      }),
    );
    expect(value).toBeUndefined();
    expect(error).toBe(complaint(`ZONES_FILE (${zones}) cannot be used: two zones are too few`));
  });
});

describe('check', () => {
  it('names everything that is wrong in one error, in the order in which it was read', () => {
    const env = { MASTER_KEY: 'c2hvcnQ=', PORT: 'http', REGISTRY: 'shut', RULES: '[' };
    const { error } = reading(env, (settings) => {
      settings.databaseUrl();
      settings.masterKey();
      settings.wholeNumber('PORT', 8080);
      settings.oneOf('REGISTRY', ['open', 'strict']);
      settings.parsed('RULES', JSON.parse);
      settings.file('ZONES_FILE', '/none', () => undefined);
      settings.complain('PORT and REGISTRY do not go together');
    });
    const [title, ...complaints] = error?.split('\n  ') ?? [];
    expect(title).toBe('some-svc cannot start:');
    expect(complaints.map((line) => line.split(' ', 1)[0])).toEqual([
      ...['DATABASE_URL', 'MASTER_KEY', 'PORT', 'REGISTRY', 'RULES', 'ZONES_FILE', 'PORT'],
    ]);
    expect(complaints.at(-1)).toBe('PORT and REGISTRY do not go together');
  });
});

describe('migrationUrl', () => {
  it('asks for the database alone', () => {
    const env = { DATABASE_URL: 'postgres://a,b/isthmus', REDIS_URL: 'nonsense' };
    expect(migrationUrl(env, 'some-svc')).toBe('postgres://a,b/isthmus');
    expect(() => migrationUrl({}, 'some-svc')).toThrow(
      complaint('DATABASE_URL must be a URL that starts with postgres:// or postgresql://'),
    );
  });
});
