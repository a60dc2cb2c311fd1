/** Injection token of the settings. */
export const NETWORK_CONFIG = Symbol('NETWORK_CONFIG');

/** Settings of network-svc. */
export interface NetworkConfig {
  databaseUrl: string;
  redisUrl: string;
  /** How long the memory fabric takes for each call. */
  fabricLatencyMs: number;
  /** JSON array of fault rules, see fabric/fabric-fault.ts. */
  fabricFaults: string | undefined;
  /** Open: an unknown instance is registered at its first attach. Strict: it is refused. */
  isInstanceRegistryOpen: boolean;
  /** How long a worker may be silent before another one takes its operation. */
  operationLeaseMs: number;
  /** How often all peerings are looked at; 0: this replica looks after none, not even when it is told of a change. */
  peeringReconcileMs: number;
  /** The most that one project may have of each. */
  quotas: Quotas;
}

export interface Quotas {
  vpc: number;
  'private-network': number;
  route: number;
}

/** Reads the environment; throws what is wrong with it. */
export function readConfig(env: NodeJS.ProcessEnv): NetworkConfig {
  return {
    databaseUrl: required(env, 'DATABASE_URL'),
    redisUrl: required(env, 'REDIS_URL'),
    fabricLatencyMs: wholeNumber(env, 'FABRIC_LATENCY_MS', 0),
    fabricFaults: env.FABRIC_FAULTS,
    isInstanceRegistryOpen: oneOf(env, 'INSTANCE_REGISTRY', ['open', 'strict']) === 'open',
    operationLeaseMs: wholeNumber(env, 'OPERATION_LEASE_MS', 10_000),
    peeringReconcileMs: wholeNumber(env, 'PEERING_RECONCILE_MS', 5_000),
    quotas: {
      vpc: wholeNumber(env, 'QUOTA_VPCS', 1_000),
      'private-network': wholeNumber(env, 'QUOTA_PRIVATE_NETWORKS', 100_000),
      route: wholeNumber(env, 'QUOTA_ROUTES', 10_000),
    },
  };
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} must be set`);
  return value;
}

function wholeNumber(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const text = env[name];
  if (!text) return fallback;
  if (!/^\d+$/.test(text)) throw new Error(`${name} must be a whole number, not ${JSON.stringify(text)}`);
  return Number(text);
}

/** The first one is the default. */
function oneOf(env: NodeJS.ProcessEnv, name: string, allowed: [string, ...string[]]): string {
  const value = env[name] || allowed[0];
  if (!allowed.includes(value)) throw new Error(`${name} must be one of ${allowed.join(', ')}, not ${value}`);
  return value;
}
