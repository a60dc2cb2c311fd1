import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@isthmus/telemetry';
import { VPN_CONFIG, type VpnConfig } from '../config';
import { PskVault } from '../connection/psk';
import { toTunnelConnection, toTunnelIdentities } from '../connection/tunnel-connection';
import type { VpnEndpoint } from '../gateway/vpn-endpoint.entity';
import { toAnnouncement, toTunnelEndpoint } from '../gateway/vpn-gateway.view';
import { TunnelDriver } from '../tunnel/tunnel.driver';
import { forEachAtOnce } from './at-once';
import { Backoff } from './backoff';
import { HealthRecorder } from './health.recorder';
import {
  isOutdated,
  judge,
  type KeptConnection,
  type KeptGateway,
  newsIn,
  type Observation,
  type Verdict,
  type Verdicts,
  withVerdicts,
} from './kept-gateway';
import { KeptGatewayRepository } from './kept-gateway.repository';
import { RECONCILER_LOG } from './reconciler-log';

/** After that the driver counts as unavailable for whatever was asked of it. */
const CALL_TIMEOUT_MS = 5_000;
const MAX_BACKOFF_MS = 60_000;
const GATEWAYS_AT_ONCE = 16;
const CONNECTIONS_AT_ONCE = 8;

/**
 * Makes the driver agree with the rows of some gateways, then the rows' health with the driver. What failed is tried again
 * later, by an increasing delay of its own, and keeps no other one waiting.
 */
@Injectable()
export class TunnelKeeper {
  private readonly backoff: Backoff;
  /** Gateways whose subnets the driver has not taken since an endpoint of theirs was ensured. */
  private readonly unannounced = new Set<string>();

  constructor(
    private readonly driver: TunnelDriver,
    private readonly rows: KeptGatewayRepository,
    private readonly recorder: HealthRecorder,
    private readonly vault: PskVault,
    @Inject(VPN_CONFIG) config: VpnConfig,
    @Inject(RECONCILER_LOG) private readonly logger: Logger,
  ) {
    this.backoff = new Backoff(config.reconcileMs, MAX_BACKOFF_MS);
  }

  /** Throws when the database does not answer, or the driver does not say what it has; and when `signal` aborts. */
  async keep(gatewayIds: string[], signal: AbortSignal): Promise<void> {
    const gateways = await this.rows.load(gatewayIds);
    if (gateways.length === 0) return;
    const seen = await this.observe(signal);
    await forEachAtOnce(gateways, GATEWAYS_AT_ONCE, (kept) => this.keepOne(kept, seen, signal));
  }

  /** To be called now and then. */
  sweep(): void {
    this.backoff.sweep();
  }

  private async observe(signal: AbortSignal): Promise<Observation> {
    const within = limited(signal);
    const [endpoints, connections, sas] = await Promise.all([
      this.driver.listEndpoints(within),
      this.driver.listConnections(within),
      this.driver.listSas(within),
    ]);
    return {
      endpoints: new Map(endpoints.map((endpoint) => [endpoint.endpointId, endpoint])),
      connections: new Map(connections.map((connection) => [connection.connectionId, connection])),
      sas: new Map(sas.filter(({ state }) => state === 'established').map((sa) => [sa.connectionId, sa])),
    };
  }

  /** What the driver saw fail is written before it is mended, so that it is known even where that takes no time. */
  private async keepOne(kept: KeptGateway, seen: Observation, signal: AbortSignal): Promise<void> {
    const { id } = kept.gateway;
    const known = judge(kept, seen);
    const hasFailedOver =
      (await this.record(kept, known)) ||
      (await this.record(withVerdicts(kept, known), await this.restore(kept, seen, signal)));
    if (hasFailedOver) await this.keep([id], signal);
  }

  private async record(kept: KeptGateway, verdicts: Verdicts): Promise<boolean> {
    const news = newsIn(kept, verdicts);
    if (news.endpoints.length + news.connections.length === 0) return false;
    return this.recorder.record(kept.gateway.id, news);
  }

  private async restore(kept: KeptGateway, seen: Observation, signal: AbortSignal): Promise<Verdicts> {
    const endpoints: Verdict[] = [];
    for (const endpoint of kept.endpoints) {
      const isUp = await this.restoreEndpoint(kept, endpoint, seen, signal);
      endpoints.push({ id: endpoint.id, revision: endpoint.revision, health: isUp ? 'up' : 'down' });
    }
    await this.announce(kept, signal);
    const up = new Set(endpoints.filter(({ health }) => health === 'up').map(({ id }) => id));
    const connections: Verdict[] = [];
    await forEachAtOnce(kept.connections, CONNECTIONS_AT_ONCE, async (each) => {
      const { id, revision, endpointId } = each.connection;
      const isUp = up.has(endpointId) && (await this.restoreConnection(kept, each, seen, signal));
      connections.push({ id, revision, health: isUp ? 'up' : 'down' });
    });
    return { endpoints, connections };
  }

  private async restoreEndpoint(
    { gateway }: KeptGateway,
    endpoint: VpnEndpoint,
    seen: Observation,
    signal: AbortSignal,
  ): Promise<boolean> {
    const known = seen.endpoints.get(endpoint.id);
    if (known?.isUp && !isOutdated(endpoint, known)) return true;
    const isEnsured = await this.attempt(endpoint.id, signal, async (within) => {
      await this.driver.ensureEndpoint(toTunnelEndpoint(gateway, endpoint), within);
      this.unannounced.add(gateway.id);
      return true;
    });
    return isEnsured || known?.isUp === true;
  }

  private async announce({ gateway }: KeptGateway, signal: AbortSignal): Promise<void> {
    if (!this.unannounced.has(gateway.id)) return;
    await this.attempt(gateway.id, signal, async (within) => {
      await this.driver.announce(toAnnouncement(gateway), within);
      return this.unannounced.delete(gateway.id);
    });
  }

  private async restoreConnection(
    { gateway }: KeptGateway,
    { connection, endpoint, customerGateway, psk }: KeptConnection,
    seen: Observation,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { id } = connection;
    const sa = seen.sas.get(id);
    if (sa && !isOutdated(connection, sa)) return true;
    return this.attempt(id, signal, async (within) => {
      const owners = toTunnelIdentities(connection, endpoint, customerGateway);
      const secret = this.vault.open(psk, id);
      await this.driver.loadSecret({ id, revision: BigInt(connection.revision), owners, secret }, within);
      await this.driver.loadConnection(toTunnelConnection(connection, endpoint, gateway, customerGateway), within);
      return this.driver.initiate(id, within);
    });
  }

  /** False when it was refused, failed, or is not due. */
  private async attempt(
    id: string,
    signal: AbortSignal,
    work: (within: AbortSignal) => Promise<boolean>,
  ): Promise<boolean> {
    if (!this.backoff.isDue(id)) return false;
    const isDone = await work(limited(signal)).catch((error: unknown) => {
      // Whoever stops us has not seen anything fail.
      signal.throwIfAborted();
      this.logger.warn({ err: error, id }, 'a part of a VPN gateway cannot be restored yet');
      return false;
    });
    if (isDone) this.backoff.succeeded(id);
    else this.backoff.failed(id);
    return isDone;
  }
}

function limited(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]);
}
