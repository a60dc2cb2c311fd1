import { formatCidr } from '@isthmus/cidr';
import { readConfig } from './config';

const GOOD = {
  DATABASE_URL: 'postgres://user:pw@db-a:5432,db-b:5432/isthmus',
  REDIS_URL: 'redis://127.0.0.1:6379',
  MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
  REGIONS_FILE: 'config/regions.yaml',
};

describe('readConfig', () => {
  it('reads a sane environment and fills in the rest', () => {
    const config = readConfig(GOOD);
    expect(config).toMatchObject({ host: '127.0.0.1', port: 8080, settleWindowMs: 1_000, bootstrap: null });
    expect(config.masterKey).toHaveLength(32);
    expect(config.topology.defaultZone).toEqual({ name: 'fr-par-1', region: 'fr-par' });
  });

  it('knows the zones under the names of every dialect', () => {
    const { topology } = readConfig(GOOD);
    expect(topology.findZone('ch-gva-2')).toEqual({ name: 'ch-gva-2', region: 'ch-gva' });
    expect(topology.findZone('de-fra1')).toEqual({ name: 'de-fra-1', region: 'de-fra' });
    expect(topology.findZone('fi-hel1')).toEqual({ name: 'fi-hel-1', region: 'fi-hel' });
    expect(topology.zones.filter(({ region }) => region === 'nl-ams')).toHaveLength(3);
  });

  it('takes the project and key of the first start whole or not at all', () => {
    const bootstrap = {
      BOOTSTRAP_PROJECT_ID: '0b0a9f1e-5a57-4c6a-9a4e-6f1f3c1d2e3f',
      BOOTSTRAP_ACCESS_KEY: 'SCWABCDEFGHIJ1234567',
      BOOTSTRAP_SECRET_KEY: '9d3c7a52-0c1b-4f8e-8b1d-2a6f5e4d3c2b',
    };
    expect(readConfig({ ...GOOD, ...bootstrap }).bootstrap).toEqual({
      projectId: bootstrap.BOOTSTRAP_PROJECT_ID,
      accessKey: bootstrap.BOOTSTRAP_ACCESS_KEY,
      secretKey: bootstrap.BOOTSTRAP_SECRET_KEY,
    });
    expect(() => readConfig({ ...GOOD, ...bootstrap, BOOTSTRAP_SECRET_KEY: '' })).toThrow(
      'api-gateway cannot start:\n  BOOTSTRAP_SECRET_KEY must be a lower-case UUID',
    );
  });

  it('takes addresses and blocks of proxies, and says what is none', () => {
    expect(readConfig(GOOD).trustedProxies).toEqual([]);
    expect(readConfig({ ...GOOD, TRUSTED_PROXIES: '192.0.2.1, fd00::/8' }).trustedProxies.map(formatCidr)).toEqual([
      '192.0.2.1/32',
      'fd00::/8',
    ]);
    for (const [text, why] of [
      ['proxy.example.com', 'is not an IP address'],
      ['10.0.0.1/8', 'the network is 10.0.0.0/8'],
      ['10.0.0.0/8,', 'is not an IP address'],
      ['::ffff:10.0.0.1', 'write IPv4 addresses in dotted decimal'],
    ] as const) {
      const read = (): unknown => readConfig({ ...GOOD, TRUSTED_PROXIES: text });
      expect(read).toThrow(/^api-gateway cannot start:\n {2}TRUSTED_PROXIES cannot be used: /);
      expect(read).toThrow(why);
    }
  });

  it('names everything that is wrong at once', () => {
    const read = (): unknown =>
      readConfig({
        PORT: 'http',
        SETTLE_WINDOW_MS: '60001',
        MASTER_KEY: 'c2hvcnQ=',
        REDIS_URL: 'localhost',
        BOOTSTRAP_ACCESS_KEY: 'me',
        REGIONS_FILE: '/none',
      });
    for (const name of [
      'PORT',
      'SETTLE_WINDOW_MS',
      'MASTER_KEY',
      'REDIS_URL',
      'DATABASE_URL',
      'BOOTSTRAP_PROJECT_ID',
      'BOOTSTRAP_ACCESS_KEY',
      'BOOTSTRAP_SECRET_KEY',
      'REGIONS_FILE',
    ]) {
      expect(read).toThrow(new RegExp(`^api-gateway cannot start:[^]*\\n  ${name} `));
    }
  });
});
