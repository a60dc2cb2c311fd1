import type { SetVpnRoutes } from '@isthmus/contracts';
import type { FabricRoute } from '../src/fabric/fabric.driver';
import { FabricDriver } from '../src/fabric/fabric.driver';
import type { MemoryFabricDriver } from '../src/fabric/memory-fabric.driver';
import { VpnRouteService } from '../src/vpn-route/vpn-route.service';
import type { NetworkApp } from './network-app';

/** `<VPC> <destination> <next hop>` of each route of VPN connections. */
type Told = string[];

/** What the rows and the fabric have of VPN connections. */
export class VpnRouteWorld {
  constructor(private readonly network: NetworkApp) {}

  get fabric(): MemoryFabricDriver {
    return this.network.app.get(FabricDriver);
  }

  async inRows(): Promise<Told> {
    const rows = await this.network.database.query<{ told: string }>(
      `SELECT concat_ws(' ', vpc_id, destination, host(next_hop_address)) AS told FROM network.vpn_route ORDER BY 1`,
    );
    return rows.map(({ told }) => told);
  }

  /** Those that lead to a gateway; the tests make no other routes to an address. */
  inFabric(): Told {
    const toGateway = [...this.fabric.routes.values()].filter(({ nextHop }) => nextHop !== null);
    return toGateway
      .map(({ routerId, destination, nextHop }: FabricRoute) => `${routerId} ${destination} ${nextHop}`)
      .sort();
  }

  /** Takes away what is left: no VPN connection stands behind it. */
  async clear(): Promise<void> {
    const left = await this.network.database.query<{ id: string; project: string }>(
      'SELECT DISTINCT connection_id AS id, project_id AS project FROM network.vpn_route',
    );
    for (const { id, project } of left) {
      const none: SetVpnRoutes = {
        connectionId: id,
        gatewayId: id,
        vpcId: id,
        localSubnets: [],
        nextHop: { privateNetworkId: id, address: '' },
        destinations: [],
      };
      await this.network.app.get(VpnRouteService).set(none, this.network.context(project));
    }
  }
}
