import { setTimeout as delay } from 'node:timers/promises';
import { type Removal, RevisionedMap, strike } from '@isthmus/drivers';
import {
  type FabricCall,
  FabricDriver,
  type FabricNetwork,
  type FabricPeering,
  type FabricPort,
  type FabricRoute,
  type FabricRouter,
} from './fabric.driver';
import type { FabricFault } from './fabric-fault';

/** A fabric that keeps what was ensured in this process, takes configurable time, and fails on demand. */
export class MemoryFabricDriver extends FabricDriver {
  readonly routers = new RevisionedMap<FabricRouter>();
  readonly networks = new RevisionedMap<FabricNetwork>();
  readonly ports = new RevisionedMap<FabricPort>();
  readonly routes = new RevisionedMap<FabricRoute>();
  readonly peerings = new RevisionedMap<FabricPeering>();

  constructor(
    private readonly latencyMs: number,
    readonly faults: FabricFault[] = [],
  ) {
    super();
  }

  ensureRouter(router: FabricRouter, signal: AbortSignal): Promise<void> {
    return this.call('ensureRouter', undefined, signal, () => this.routers.ensure(router.id, router));
  }

  removeRouter(routerId: string, signal: AbortSignal): Promise<void> {
    return this.call('removeRouter', undefined, signal, () => this.routers.delete(routerId));
  }

  ensureNetwork(network: FabricNetwork, signal: AbortSignal): Promise<void> {
    return this.call('ensureNetwork', network.name, signal, () => this.networks.ensure(network.id, network));
  }

  removeNetwork(networkId: string, signal: AbortSignal): Promise<void> {
    return this.call('removeNetwork', this.nameOf(networkId), signal, () => this.networks.delete(networkId));
  }

  ensurePort(port: FabricPort, signal: AbortSignal): Promise<void> {
    return this.call('ensurePort', this.nameOf(port.networkId), signal, () => this.ports.ensure(port.id, port));
  }

  removePort(port: Removal, signal: AbortSignal): Promise<void> {
    return this.call('removePort', this.networkNameOf(this.ports, port), signal, () => this.ports.remove(port));
  }

  ensureRoute(route: FabricRoute, signal: AbortSignal): Promise<void> {
    return this.call('ensureRoute', this.nameOf(route.networkId), signal, () => this.routes.ensure(route.id, route));
  }

  removeRoute(route: Removal, signal: AbortSignal): Promise<void> {
    return this.call('removeRoute', this.networkNameOf(this.routes, route), signal, () => this.routes.remove(route));
  }

  ensurePeering(peering: FabricPeering, signal: AbortSignal): Promise<void> {
    return this.call('ensurePeering', this.nameOf(peering.networkId), signal, () =>
      this.peerings.ensure(peering.id, peering),
    );
  }

  removePeering(peering: Removal, signal: AbortSignal): Promise<void> {
    const networkName = this.networkNameOf(this.peerings, peering);
    return this.call('removePeering', networkName, signal, () => this.peerings.remove(peering));
  }

  private async call(
    call: FabricCall,
    networkName: string | undefined,
    signal: AbortSignal,
    effect: () => void,
  ): Promise<void> {
    const isMeant = (fault: FabricFault): boolean =>
      fault.networkName === undefined || fault.networkName === networkName;
    if (this.latencyMs > 0) await delay(this.latencyMs, undefined, { signal });
    strike(this.faults, call, false, isMeant);
    effect();
    strike(this.faults, call, true, isMeant);
  }

  private nameOf(networkId: string): string | undefined {
    return this.networks.get(networkId)?.name;
  }

  private networkNameOf(kept: ReadonlyMap<string, { networkId: string }>, { id }: Removal): string | undefined {
    const known = kept.get(id);
    return known && this.nameOf(known.networkId);
  }
}
