import { setTimeout as delay } from 'node:timers/promises';
import { type Removal, RevisionedMap, strike } from '@isthmus/drivers';
import { ProblemError } from '@isthmus/problem';
import type { TunnelFault } from './tunnel-fault';
import {
  type EndpointHealth,
  type LoadedConnection,
  type TunnelAnnouncement,
  type TunnelCall,
  type TunnelConnection,
  TunnelDriver,
  type TunnelEndpoint,
  type TunnelEvent,
  type TunnelSa,
  type TunnelSecret,
} from './tunnel.driver';

/**
 * Tunnels that exist in this process only. It takes configurable time, fails on demand, and every peer answers unless it
 * is told otherwise.
 */
export class MemoryTunnelDriver extends TunnelDriver {
  readonly endpoints = new RevisionedMap<TunnelEndpoint>();
  /** By gateway. */
  readonly announcements = new RevisionedMap<TunnelAnnouncement>();
  readonly secrets = new RevisionedMap<TunnelSecret>();
  readonly connections = new RevisionedMap<TunnelConnection>();
  /** By connection; all established. */
  readonly sas = new Map<string, TunnelSa>();
  /** Addresses or names of peers that do not answer. */
  readonly unreachablePeers = new Set<string>();
  private readonly failedEndpoints = new Set<string>();
  private readonly listeners = new Set<(event: TunnelEvent) => void>();

  constructor(
    private readonly latencyMs: number,
    readonly faults: TunnelFault[] = [],
  ) {
    super();
  }

  ensureEndpoint(endpoint: TunnelEndpoint, signal: AbortSignal): Promise<void> {
    const { id, gatewayId } = endpoint;
    return this.call('ensureEndpoint', [id, gatewayId], signal, () => {
      const wasUp = this.isUp(id);
      if (!this.endpoints.ensure(id, endpoint)) return;
      this.failedEndpoints.delete(id);
      if (!wasUp) this.tell({ type: 'endpoint-up', endpointId: id });
    });
  }

  removeEndpoint(removal: Removal, signal: AbortSignal): Promise<void> {
    return this.call('removeEndpoint', [removal.id], signal, () => {
      if (!this.endpoints.remove(removal)) return;
      this.failedEndpoints.delete(removal.id);
      this.closeSasOf(removal.id);
      this.dropConnectionsOf(removal.id);
    });
  }

  announce(announcement: TunnelAnnouncement, signal: AbortSignal): Promise<void> {
    const { gatewayId } = announcement;
    return this.call('announce', [gatewayId], signal, () => void this.announcements.ensure(gatewayId, announcement));
  }

  withdraw(removal: Removal, signal: AbortSignal): Promise<void> {
    return this.call('withdraw', [removal.id], signal, () => void this.announcements.remove(removal));
  }

  loadSecret(secret: TunnelSecret, signal: AbortSignal): Promise<void> {
    return this.call('loadSecret', [secret.id], signal, () => void this.secrets.ensure(secret.id, secret));
  }

  unloadSecret(removal: Removal, signal: AbortSignal): Promise<void> {
    return this.call('unloadSecret', [removal.id], signal, () => void this.secrets.remove(removal));
  }

  loadConnection(connection: TunnelConnection, signal: AbortSignal): Promise<void> {
    const { id, endpointId, remote, revision } = connection;
    return this.call('loadConnection', [id, remote], signal, () => {
      if (!this.endpoints.has(endpointId)) throw ProblemError.notFound('tunnel-endpoint', endpointId);
      const isLoaded = this.connections.ensure(id, connection);
      if (isLoaded && this.sas.get(id)?.revision !== revision) this.closeSa(id);
    });
  }

  unloadConnection(removal: Removal, signal: AbortSignal): Promise<void> {
    return this.call('unloadConnection', [removal.id], signal, () => {
      if (this.connections.remove(removal)) this.closeSa(removal.id);
    });
  }

  async initiate(connectionId: string, signal: AbortSignal): Promise<boolean> {
    const remote = this.connections.get(connectionId)?.remote;
    const about = remote === undefined ? [connectionId] : [connectionId, remote];
    try {
      return await this.call('initiate', about, signal, () => this.exchangeKeys(connectionId));
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'deadline-exceeded') return false;
      throw error;
    }
  }

  terminate(connectionId: string, signal: AbortSignal): Promise<void> {
    return this.call('terminate', [connectionId], signal, () => this.closeSa(connectionId));
  }

  listEndpoints(signal: AbortSignal): Promise<EndpointHealth[]> {
    return this.call('listEndpoints', [], signal, () =>
      [...this.endpoints.values()].map(({ id, revision }) => ({ endpointId: id, revision, isUp: this.isUp(id) })),
    );
  }

  listConnections(signal: AbortSignal): Promise<LoadedConnection[]> {
    return this.call('listConnections', [], signal, () =>
      [...this.connections.values()].map(({ id, revision }) => ({ connectionId: id, revision })),
    );
  }

  listSas(signal: AbortSignal): Promise<TunnelSa[]> {
    return this.call('listSas', [], signal, () => [...this.sas.values()]);
  }

  onEvent(listener: (event: TunnelEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The machine stops, with all its tunnels, until it is ensured again. */
  failEndpoint(endpointId: string): void {
    if (!this.isUp(endpointId)) return;
    this.failedEndpoints.add(endpointId);
    this.closeSasOf(endpointId);
    this.tell({ type: 'endpoint-down', endpointId });
  }

  /** An endpoint, connection, secret or announcement vanishes without a word, and an endpoint's connections with it. */
  forget(id: string): void {
    for (const kept of [this.endpoints, this.announcements, this.secrets, this.connections]) kept.delete(id);
    this.failedEndpoints.delete(id);
    for (const { connectionId, endpointId } of this.sas.values()) {
      if ([connectionId, endpointId].includes(id)) this.sas.delete(connectionId);
    }
    this.dropConnectionsOf(id);
  }

  /** The peer has closed the tunnel, or has not answered for too long. */
  dropSa(connectionId: string): void {
    this.closeSa(connectionId);
  }

  private exchangeKeys(connectionId: string): boolean {
    const connection = this.connections.get(connectionId);
    if (!connection) throw ProblemError.notFound('vpn-connection', connectionId);
    const { endpointId, remote, revision } = connection;
    if (!this.isUp(endpointId)) throw new ProblemError('unavailable', `The endpoint ${endpointId} is down.`);
    if (this.sas.has(connectionId)) return true;
    if (this.unreachablePeers.has(remote)) return false;
    this.sas.set(connectionId, { connectionId, endpointId, revision, state: 'established' });
    this.tell({ type: 'ike-up', connectionId });
    return true;
  }

  private isUp(endpointId: string): boolean {
    return this.endpoints.has(endpointId) && !this.failedEndpoints.has(endpointId);
  }

  private closeSa(connectionId: string): void {
    if (this.sas.delete(connectionId)) this.tell({ type: 'ike-down', connectionId });
  }

  private closeSasOf(gone: string): void {
    for (const { connectionId, endpointId } of this.sas.values()) if (endpointId === gone) this.closeSa(connectionId);
  }

  private dropConnectionsOf(gone: string): void {
    for (const { id, endpointId } of this.connections.values()) if (endpointId === gone) this.connections.delete(id);
  }

  /** Like VICI, when the call that caused it is over. */
  private tell(event: TunnelEvent): void {
    setImmediate(() => this.listeners.forEach((listener) => listener(event)));
  }

  private async call<T>(call: TunnelCall, about: string[], signal: AbortSignal, effect: () => T): Promise<T> {
    const isMeant = ({ id }: TunnelFault): boolean => id === undefined || about.includes(id);
    signal.throwIfAborted();
    if (this.latencyMs > 0) await delay(this.latencyMs, undefined, { signal });
    strike(this.faults, call, false, isMeant);
    const result = effect();
    strike(this.faults, call, true, isMeant);
    return result;
  }
}
