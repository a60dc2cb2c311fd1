import { setTimeout as delay } from 'node:timers/promises';
import {
  type FabricCall,
  FabricDriver,
  type FabricNetwork,
  type FabricPeering,
  type FabricPort,
  type FabricRoute,
  type FabricRouter,
} from './fabric.driver';
import { type FabricFault, strike } from './fabric-fault';

/** A fabric that keeps what was ensured in this process, takes configurable time, and fails on demand. */
export class MemoryFabricDriver extends FabricDriver {
  readonly routers = new Map<string, FabricRouter>();
  readonly networks = new Map<string, FabricNetwork>();
  readonly ports = new Map<string, FabricPort>();
  readonly routes = new Map<string, FabricRoute>();
  readonly peerings = new Map<string, FabricPeering>();
  /** Revisions at which peerings were removed. */
  private readonly removedPeerings = new Map<string, bigint>();

  constructor(
    private readonly latencyMs: number,
    readonly faults: FabricFault[] = [],
  ) {
    super();
  }

  ensureRouter(router: FabricRouter, signal: AbortSignal): Promise<void> {
    return this.call('ensureRouter', undefined, signal, () => ensure(this.routers, router));
  }

  removeRouter(routerId: string, signal: AbortSignal): Promise<void> {
    return this.call('removeRouter', undefined, signal, () => this.routers.delete(routerId));
  }

  ensureNetwork(network: FabricNetwork, signal: AbortSignal): Promise<void> {
    return this.call('ensureNetwork', network.name, signal, () => ensure(this.networks, network));
  }

  removeNetwork(networkId: string, signal: AbortSignal): Promise<void> {
    return this.call('removeNetwork', this.nameOf(networkId), signal, () => this.networks.delete(networkId));
  }

  ensurePort(port: FabricPort, signal: AbortSignal): Promise<void> {
    return this.call('ensurePort', this.nameOf(port.networkId), signal, () => ensure(this.ports, port));
  }

  removePort(portId: string, signal: AbortSignal): Promise<void> {
    const networkId = this.ports.get(portId)?.networkId;
    return this.call('removePort', networkId && this.nameOf(networkId), signal, () => this.ports.delete(portId));
  }

  ensureRoute(route: FabricRoute, signal: AbortSignal): Promise<void> {
    return this.call('ensureRoute', this.nameOf(route.networkId), signal, () => ensure(this.routes, route));
  }

  removeRoute(routeId: string, signal: AbortSignal): Promise<void> {
    const networkId = this.routes.get(routeId)?.networkId;
    return this.call('removeRoute', networkId && this.nameOf(networkId), signal, () => this.routes.delete(routeId));
  }

  ensurePeering(peering: FabricPeering, signal: AbortSignal): Promise<void> {
    return this.call('ensurePeering', this.nameOf(peering.networkId), signal, () => {
      if ((this.removedPeerings.get(peering.id) ?? 0n) < peering.revision) ensure(this.peerings, peering);
    });
  }

  removePeering({ id, revision }: Pick<FabricPeering, 'id' | 'revision'>, signal: AbortSignal): Promise<void> {
    const known = this.peerings.get(id);
    return this.call('removePeering', known && this.nameOf(known.networkId), signal, () => {
      const present = this.peerings.get(id);
      if (present && present.revision > revision) return;
      this.peerings.delete(id);
      const earlier = this.removedPeerings.get(id) ?? 0n;
      this.removedPeerings.set(id, earlier > revision ? earlier : revision);
    });
  }

  private async call(
    call: FabricCall,
    networkName: string | undefined,
    signal: AbortSignal,
    effect: () => void,
  ): Promise<void> {
    if (this.latencyMs > 0) await delay(this.latencyMs, undefined, { signal });
    strike(this.faults, call, networkName, false);
    effect();
    strike(this.faults, call, networkName, true);
  }

  private nameOf(networkId: string): string | undefined {
    return this.networks.get(networkId)?.name;
  }
}

/** Keeps the highest revision. */
function ensure<T extends { id: string; revision: bigint }>(kept: Map<string, T>, wanted: T): void {
  const known = kept.get(wanted.id);
  if (!known || known.revision <= wanted.revision) kept.set(wanted.id, wanted);
}
