import type { Removal } from '@isthmus/drivers';
import type { IkePolicy, IpsecPolicy } from '@isthmus/model';

/** One of the two machines of a gateway: where tunnels end. */
export interface TunnelEndpoint {
  id: string;
  /** An ensure with a lower revision than the driver has seen, also of a removal, is ignored. */
  revision: bigint;
  gatewayId: string;
  zone: string;
  role: 'active' | 'standby';
  /** Where customer gateways reach it. */
  publicAddress: string | null;
  accessAddress: string;
  /** Its address in the VPC that it serves; null for a gateway of a router. */
  connectAddress: string | null;
}

/** What a gateway tells its peers of this side. */
export interface TunnelAnnouncement {
  gatewayId: string;
  revision: bigint;
  bgpAsn: number;
  /** CIDRs. */
  subnets: string[];
}

/** One CHILD_SA's traffic selectors. */
export interface TunnelSelectors {
  /** CIDRs. */
  local: string[];
  remote: string[];
}

/** A connection as VICI's load-conn takes it: both ends, their ids, proposals and traffic selectors. */
export interface TunnelConnection {
  id: string;
  revision: bigint;
  endpointId: string;
  localAddress: string;
  /** IP address, or a name that the peer proves. */
  remote: string;
  /** Identities that authenticate: of this end and of the other. */
  localId: string;
  remoteId: string;
  ike: IkePolicy;
  ipsec: IpsecPolicy;
  children: TunnelSelectors[];
  /** Addresses of the tunnel interface with prefix; null where policies select the traffic. */
  interface: { local: string; remote: string } | null;
  /** Set where the peer tells its subnets by BGP. */
  bgp: { localAsn: number; peerAsn: number } | null;
}

/** VICI's load-shared: a pre-shared key and the identities it is for. */
export interface TunnelSecret {
  /** The connection's. */
  id: string;
  revision: bigint;
  owners: string[];
  secret: string;
}

/** One IKE_SA with its CHILD_SAs, of list-sas. */
export interface TunnelSa {
  connectionId: string;
  endpointId: string;
  /** Of the connection as it was when the SA was made. */
  revision: bigint;
  state: 'connecting' | 'established';
}

/** One of list-conns. */
export interface LoadedConnection {
  connectionId: string;
  revision: bigint;
}

export interface EndpointHealth {
  endpointId: string;
  /** At which it was ensured last. */
  revision: bigint;
  isUp: boolean;
}

/** What the driver tells by itself, like VICI's ike-updown; may be lost or come twice. */
export type TunnelEvent =
  { type: 'endpoint-up' | 'endpoint-down'; endpointId: string } | { type: 'ike-up' | 'ike-down'; connectionId: string };

/**
 * The seam to what carries the tunnels, shaped after strongSwan's VICI (load-conn, load-shared, initiate, terminate,
 * list-conns, list-sas, ike-updown). Every ensure, load and removal is idempotent by id and revision: the whole truth,
 * never a change. Errors: `unavailable` for a passing failure, any other ProblemError for one that trying again does not
 * mend.
 */
export abstract class TunnelDriver {
  /** Brings it up again when it has failed. */
  abstract ensureEndpoint(endpoint: TunnelEndpoint, signal: AbortSignal): Promise<void>;
  /** Its connections go with it. */
  abstract removeEndpoint(removal: Removal, signal: AbortSignal): Promise<void>;
  abstract announce(announcement: TunnelAnnouncement, signal: AbortSignal): Promise<void>;
  /** `id` is the gateway's. */
  abstract withdraw(removal: Removal, signal: AbortSignal): Promise<void>;
  abstract loadSecret(secret: TunnelSecret, signal: AbortSignal): Promise<void>;
  abstract unloadSecret(removal: Removal, signal: AbortSignal): Promise<void>;
  /** `not-found` while its endpoint is not there. SAs that were made at a lower revision are closed. */
  abstract loadConnection(connection: TunnelConnection, signal: AbortSignal): Promise<void>;
  /** Terminates its SAs first. */
  abstract unloadConnection(removal: Removal, signal: AbortSignal): Promise<void>;
  /**
   * Starts the key exchange and waits for its end. False when the peer does not answer or refuses: the connection stays
   * loaded, and the peer may come by itself. `not-found` when it is not loaded, `unavailable` while its endpoint is down.
   */
  abstract initiate(connectionId: string, signal: AbortSignal): Promise<boolean>;
  /** Closes its SAs; it stays loaded. */
  abstract terminate(connectionId: string, signal: AbortSignal): Promise<void>;
  abstract listEndpoints(signal: AbortSignal): Promise<EndpointHealth[]>;
  abstract listConnections(signal: AbortSignal): Promise<LoadedConnection[]>;
  abstract listSas(signal: AbortSignal): Promise<TunnelSa[]>;
  /** Answers a function that ends the subscription. */
  abstract onEvent(listener: (event: TunnelEvent) => void): () => void;
}

export const TUNNEL_CALLS = [
  'ensureEndpoint',
  'removeEndpoint',
  'announce',
  'withdraw',
  'loadSecret',
  'unloadSecret',
  'loadConnection',
  'unloadConnection',
  'initiate',
  'terminate',
  'listEndpoints',
  'listConnections',
  'listSas',
] as const;
export type TunnelCall = (typeof TUNNEL_CALLS)[number];
