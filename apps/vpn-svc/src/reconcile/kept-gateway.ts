import type { SealedPsk } from '../connection/psk';
import type { VpnConnection } from '../connection/vpn-connection.entity';
import type { CustomerGateway } from '../customer-gateway/customer-gateway.entity';
import type { VpnEndpoint } from '../gateway/vpn-endpoint.entity';
import type { VpnGateway } from '../gateway/vpn-gateway.entity';
import type { EndpointHealth, LoadedConnection, TunnelSa } from '../tunnel/tunnel.driver';

/** An active connection of an active gateway. */
export interface KeptConnection {
  connection: VpnConnection;
  endpoint: VpnEndpoint;
  customerGateway: CustomerGateway;
  psk: SealedPsk;
}

/** An active gateway with all that the reconciler keeps of it. */
export interface KeptGateway {
  gateway: VpnGateway;
  endpoints: VpnEndpoint[];
  connections: KeptConnection[];
}

/** What the driver has. */
export interface Observation {
  endpoints: ReadonlyMap<string, EndpointHealth>;
  /** By connection. */
  connections: ReadonlyMap<string, LoadedConnection>;
  /** Those that are established, by connection. */
  sas: ReadonlyMap<string, TunnelSa>;
}

/** What is to be written of an endpoint or connection, if it is still at this revision. */
export interface Verdict {
  id: string;
  revision: string;
  health: 'up' | 'down';
}

export interface Verdicts {
  endpoints: Verdict[];
  connections: Verdict[];
}

/**
 * An operation does its work one revision below the row's, which it leaves to its undo; so the driver is behind only when
 * it has less than that.
 */
export function isOutdated(row: { revision: string }, known: { revision: bigint }): boolean {
  return known.revision < BigInt(row.revision) - 1n;
}

/** What can be said of what the driver has: nothing of what it does not know, which may just be new to it. */
export function judge({ endpoints, connections }: KeptGateway, seen: Observation): Verdicts {
  return {
    endpoints: endpoints.flatMap(({ id, revision }) => {
      const known = seen.endpoints.get(id);
      return known ? [{ id, revision, health: known.isUp ? 'up' : 'down' }] : [];
    }),
    connections: connections.flatMap(({ connection: { id, revision } }) =>
      seen.connections.has(id) ? [{ id, revision, health: seen.sas.has(id) ? 'up' : 'down' }] : [],
    ),
  };
}

/** The verdicts that the rows do not say already. */
export function newsIn({ endpoints, connections }: KeptGateway, verdicts: Verdicts): Verdicts {
  const written = new Map([
    ...endpoints.map(({ id, health }) => [id, health] as const),
    ...connections.map(({ connection: { id, tunnel } }) => [id, tunnel] as const),
  ]);
  const isNew = ({ id, health }: Verdict): boolean => written.get(id) !== health;
  return { endpoints: verdicts.endpoints.filter(isNew), connections: verdicts.connections.filter(isNew) };
}

/** The rows once the verdicts are written. */
export function withVerdicts(kept: KeptGateway, verdicts: Verdicts): KeptGateway {
  const healths = new Map([...verdicts.endpoints, ...verdicts.connections].map(({ id, health }) => [id, health]));
  return {
    ...kept,
    endpoints: kept.endpoints.map((endpoint) => ({ ...endpoint, health: healths.get(endpoint.id) ?? endpoint.health })),
    connections: kept.connections.map((each) => ({
      ...each,
      connection: { ...each.connection, tunnel: healths.get(each.connection.id) ?? each.connection.tunnel },
    })),
  };
}
