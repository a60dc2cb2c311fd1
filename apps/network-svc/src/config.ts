import { type Environment, Settings } from '@isthmus/settings';
import { parseFabricFaults } from './fabric/fabric-fault';

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
  /** How long operations may take, in place of what each kind has by itself; 0: as each has. */
  operationDeadlineMs: number;
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

/** Reads and checks the environment; throws one error that names every setting that is wrong and what it should be. */
export function readConfig(env: Environment): NetworkConfig {
  const settings = new Settings(env);
  const config: NetworkConfig = {
    databaseUrl: settings.databaseUrl(),
    redisUrl: settings.redisUrl(),
    fabricLatencyMs: settings.wholeNumber('FABRIC_LATENCY_MS', 0),
    fabricFaults: settings.parsed('FABRIC_FAULTS', faultRules),
    isInstanceRegistryOpen: settings.oneOf('INSTANCE_REGISTRY', ['open', 'strict']) === 'open',
    operationLeaseMs: settings.wholeNumber('OPERATION_LEASE_MS', 10_000),
    operationDeadlineMs: settings.wholeNumber('OPERATION_DEADLINE_MS', 0),
    peeringReconcileMs: settings.wholeNumber('PEERING_RECONCILE_MS', 5_000),
    quotas: {
      vpc: settings.wholeNumber('QUOTA_VPCS', 1_000),
      'private-network': settings.wholeNumber('QUOTA_PRIVATE_NETWORKS', 100_000),
      route: settings.wholeNumber('QUOTA_ROUTES', 10_000),
    },
  };
  settings.check('network-svc');
  return config;
}

/** Stays text, because each fabric counts its own rules down; parsed so that a bad rule is named with all else. */
function faultRules(text: string): string {
  parseFabricFaults(text);
  return text;
}
