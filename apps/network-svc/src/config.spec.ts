import { readConfig } from './config';

const GOOD = { DATABASE_URL: 'postgres://db-a,db-b/isthmus', REDIS_URL: 'redis://127.0.0.1:6379' };

describe('readConfig', () => {
  it('reads a sane environment and fills in the rest', () => {
    expect(readConfig(GOOD)).toEqual({
      databaseUrl: 'postgres://db-a,db-b/isthmus',
      redisUrl: 'redis://127.0.0.1:6379',
      fabricLatencyMs: 0,
      fabricFaults: undefined,
      isInstanceRegistryOpen: true,
      operationLeaseMs: 10_000,
      operationDeadlineMs: 0,
      peeringReconcileMs: 5_000,
      quotas: { vpc: 1_000, 'private-network': 100_000, route: 10_000 },
    });
  });

  it('takes each setting from its own variable', () => {
    const faults = JSON.stringify([{ call: 'ensureNetwork', code: 'unavailable', message: 'The fabric is away.' }]);
    const times = {
      FABRIC_LATENCY_MS: '1',
      OPERATION_LEASE_MS: '2',
      OPERATION_DEADLINE_MS: '6',
      PEERING_RECONCILE_MS: '0',
    };
    const quotas = { QUOTA_VPCS: '3', QUOTA_PRIVATE_NETWORKS: '4', QUOTA_ROUTES: '5' };
    expect(
      readConfig({ ...GOOD, ...times, ...quotas, INSTANCE_REGISTRY: 'strict', FABRIC_FAULTS: faults }),
    ).toMatchObject({
      ...{ fabricLatencyMs: 1, operationLeaseMs: 2, operationDeadlineMs: 6, peeringReconcileMs: 0 },
      quotas: { vpc: 3, 'private-network': 4, route: 5 },
      isInstanceRegistryOpen: false,
      fabricFaults: faults,
    });
  });

  it('names everything that is wrong at once', () => {
    const wrong = {
      DATABASE_URL: 'mysql://x',
      FABRIC_LATENCY_MS: 'slow',
      FABRIC_FAULTS: '[{"call":"noCall","code":"unavailable"}]',
      INSTANCE_REGISTRY: 'shut',
      OPERATION_LEASE_MS: '-1',
      OPERATION_DEADLINE_MS: 'never',
      PEERING_RECONCILE_MS: '1.5',
      QUOTA_VPCS: 'many',
      QUOTA_PRIVATE_NETWORKS: '1e3',
      QUOTA_ROUTES: '2147483648',
    };
    for (const name of [...Object.keys(wrong), 'REDIS_URL']) {
      expect(() => readConfig(wrong)).toThrow(new RegExp(`^network-svc cannot start:[^]*\\n  ${name} `));
    }
  });
});
