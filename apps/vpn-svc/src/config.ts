import { type Environment, Settings } from '@isthmus/settings';
import type { VpnQuotaResource } from '@isthmus/contracts';
import { Availability } from './placement/availability';
import { parseTunnelFaults, type TunnelFault } from './tunnel/tunnel-fault';

/** Injection token of the settings. */
export const VPN_CONFIG = Symbol('VPN_CONFIG');

/** Settings of vpn-svc. */
export interface VpnConfig {
  databaseUrl: string;
  redisUrl: string;
  /** 32 bytes; pre-shared keys are sealed under it. */
  masterKey: Buffer;
  availability: Availability;
  /** How many endpoints of gateways one zone hosts. */
  zoneCapacity: number;
  /** How many connections one gateway takes. */
  connectionLimit: number;
  /** How long the memory driver takes for each call. */
  tunnelLatencyMs: number;
  tunnelFaults: TunnelFault[];
  /** How long a worker may be silent before another one takes its operation. */
  operationLeaseMs: number;
  /** How long operations may take, in place of what each kind has by itself; 0: as each has. */
  operationDeadlineMs: number;
  /** How often all endpoints and tunnels are looked at; 0: this replica looks after none, nor follows the driver's events. */
  reconcileMs: number;
  /** The most that one project may have of each. */
  quotas: Record<VpnQuotaResource, number>;
}

/** Reads the environment; throws one error that names everything that is wrong with it. */
export function readConfig(env: Environment): VpnConfig {
  const settings = new Settings(env);
  const config = {
    databaseUrl: settings.databaseUrl(),
    redisUrl: settings.redisUrl(),
    masterKey: settings.masterKey(),
    availability: settings.file('VPN_FILE', 'config/vpn.yaml', (content) => new Availability(content as never)),
    zoneCapacity: settings.wholeNumber('VPN_ZONE_CAPACITY', 10_000),
    connectionLimit: settings.wholeNumber('VPN_CONNECTION_LIMIT', 200),
    tunnelLatencyMs: settings.wholeNumber('TUNNEL_LATENCY_MS', 0),
    tunnelFaults: settings.parsed('TUNNEL_FAULTS', parseTunnelFaults) ?? [],
    operationLeaseMs: settings.wholeNumber('OPERATION_LEASE_MS', 10_000),
    operationDeadlineMs: settings.wholeNumber('OPERATION_DEADLINE_MS', 0),
    reconcileMs: settings.wholeNumber('VPN_RECONCILE_MS', 5_000),
    quotas: {
      'vpn-gateway': settings.wholeNumber('QUOTA_VPN_GATEWAYS', 50),
      'customer-gateway': settings.wholeNumber('QUOTA_CUSTOMER_GATEWAYS', 100),
      'vpn-connection': settings.wholeNumber('QUOTA_VPN_CONNECTIONS', 5_000),
    },
  };
  settings.check('vpn-svc');
  return config as VpnConfig;
}
