import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from './config';

const masterKey = randomBytes(32);
const MINIMUM = {
  DATABASE_URL: 'postgres://localhost/isthmus',
  REDIS_URL: 'redis://127.0.0.1:6379',
  MASTER_KEY: masterKey.toString('base64'),
};

describe('the settings of vpn-svc', () => {
  it('are three; all others have a default', () => {
    const { availability, ...others } = readConfig(MINIMUM);
    expect(others).toEqual({
      databaseUrl: MINIMUM.DATABASE_URL,
      redisUrl: MINIMUM.REDIS_URL,
      masterKey,
      zoneCapacity: 10_000,
      connectionLimit: 200,
      tunnelLatencyMs: 0,
      tunnelFaults: [],
      operationLeaseMs: 10_000,
      operationDeadlineMs: 0,
      reconcileMs: 5_000,
      quotas: { 'vpn-gateway': 50, 'customer-gateway': 100, 'vpn-connection': 5_000 },
    });
    expect(availability.zonesFor('fr-par', 'Basic', 'vpc')).not.toEqual([]);
  });

  it('take the place of the defaults', () => {
    const directory = mkdtempSync(join(tmpdir(), 'vpn-config-'));
    const file = join(directory, 'vpn.yaml');
    writeFileSync(file, 'availability: [{ region: north, zones: [north-1], flavors: [GM] }]\n');
    const fault = { call: 'announce', code: 'unavailable', message: 'Away.' };
    const { availability, ...others } = readConfig({
      ...MINIMUM,
      VPN_FILE: file,
      VPN_ZONE_CAPACITY: '1',
      VPN_CONNECTION_LIMIT: '2',
      TUNNEL_LATENCY_MS: '3',
      TUNNEL_FAULTS: JSON.stringify([fault]),
      OPERATION_LEASE_MS: '4',
      OPERATION_DEADLINE_MS: '8',
      VPN_RECONCILE_MS: '0',
      QUOTA_VPN_GATEWAYS: '5',
      QUOTA_CUSTOMER_GATEWAYS: '6',
      QUOTA_VPN_CONNECTIONS: '7',
    });
    rmSync(directory, { recursive: true });
    expect(others).toMatchObject({
      zoneCapacity: 1,
      connectionLimit: 2,
      tunnelLatencyMs: 3,
      tunnelFaults: [fault],
      operationLeaseMs: 4,
      operationDeadlineMs: 8,
      reconcileMs: 0,
      quotas: { 'vpn-gateway': 5, 'customer-gateway': 6, 'vpn-connection': 7 },
    });
    expect(availability.zonesFor('north', 'GM', 'vpc')).toEqual(['north-1']);
    expect(availability.zonesFor('fr-par', 'Basic', 'vpc')).toEqual([]);
  });

  it('are refused all at once when several are wrong', () => {
    const wrong = {
      DATABASE_URL: 'mysql://localhost',
      MASTER_KEY: 'c2hvcnQ=',
      VPN_FILE: '/no/such/file',
      VPN_ZONE_CAPACITY: 'some',
      VPN_CONNECTION_LIMIT: '-1',
      TUNNEL_LATENCY_MS: 'slow',
      TUNNEL_FAULTS: '[{"call":"noCall","code":"unavailable"}]',
      OPERATION_LEASE_MS: '1.5',
      OPERATION_DEADLINE_MS: 'never',
      VPN_RECONCILE_MS: '5s',
      QUOTA_VPN_GATEWAYS: 'many',
      QUOTA_CUSTOMER_GATEWAYS: '1e3',
      QUOTA_VPN_CONNECTIONS: '2147483648',
    };
    for (const name of [...Object.keys(wrong), 'REDIS_URL']) {
      expect(() => readConfig(wrong)).toThrow(new RegExp(`^vpn-svc cannot start:[^]*\\n  ${name} `));
    }
  });
});
