import { randomUUID } from 'node:crypto';
import { type CreateVpnGateway, pskOwner } from '@isthmus/contracts';
import type { VpnConnectionView, VpnGatewayView } from '@isthmus/model';
import { SecretBox } from '@isthmus/secrets';
import { until } from '@isthmus/testing';
import { ConnectionService } from '../src/connection/connection.service';
import { CustomerGatewayService } from '../src/customer-gateway/customer-gateway.service';
import { VpnGatewayReader } from '../src/gateway/vpn-gateway.reader';
import { VpnGatewayService } from '../src/gateway/vpn-gateway.service';
import type { VpnApp } from './vpn-app';

const REGION = 'fr-par';

/** Active gateways and connections, and what has been told of them. */
export class Tunnels {
  private peers = 0;

  constructor(private readonly vpn: VpnApp) {}

  /** Public, with both endpoints in one new network of its own VPC. */
  async gateway(change: Partial<CreateVpnGateway> = {}): Promise<VpnGatewayView> {
    const vpc = { region: REGION, name: 'vpc', tags: [], isRoutingEnabled: true };
    const { id: vpcId } = await this.vpn.network('vpc.create', vpc);
    const { subnetId, cidr } = await this.subnet(vpcId);
    const command = { region: REGION, vpcId, connectSubnetId: subnetId, localSubnets: [cidr] };
    const creating = this.vpn.app.get(VpnGatewayService).create({ ...command, ...change }, this.vpn.context());
    const { resource } = await this.vpn.succeed(creating);
    return this.seen(resource.id);
  }

  seen(gatewayId: string): Promise<VpnGatewayView> {
    return this.vpn.app.get(VpnGatewayReader).get(gatewayId, this.vpn.context());
  }

  /** Ends at the endpoint of the slot; `peer` is the address of the other end. */
  async connection(gateway: VpnGatewayView, slot: 1 | 2): Promise<{ connection: VpnConnectionView; peer: string }> {
    const context = () => this.vpn.context();
    const peer = `203.0.113.${++this.peers}`;
    const customer = await this.vpn.app.get(CustomerGatewayService).create({ idType: 'ip', idValue: peer }, context());
    const psk = this.vpn.app.get(SecretBox).sealText('Correct-Horse-7', pskOwner(this.vpn.projectId));
    const command = {
      gatewayId: gateway.id,
      gatewayIp: gateway.endpoints[slot - 1]?.eip?.addressId ?? '',
      customerGatewayId: customer.id,
      peerSubnets: [`192.168.${this.peers}.0/24`],
      psk,
    };
    const { resource } = await this.vpn.succeed(this.vpn.app.get(ConnectionService).create(command, context()));
    return { connection: resource, peer };
  }

  /** Types of what was told of the gateway or connection without anybody having asked for it, in order. */
  async events(resourceId: string): Promise<string[]> {
    const rows = await this.vpn.database.query<{ type: string }>(
      'SELECT type FROM ops.event WHERE resource_id = $1 AND operation_id IS NULL ORDER BY id',
      [resourceId],
    );
    return rows.map(({ type }) => type);
  }

  private async subnet(vpcId: string): Promise<{ subnetId: string; cidr: string }> {
    const network = {
      ...{ region: REGION, zone: null, vpcId, name: `net-${randomUUID()}`, description: '', labels: {}, tags: [] },
      ...({ connectivity: 'joined', addressing: { kind: 'automatic' }, isDhcpEnabled: true } as const),
      dhcpOptions: { routers: [], dnsServers: [], ntpServers: [], domainSearch: [] },
      isDefaultRoutePropagated: false,
    };
    const { resource } = await this.vpn.succeed(this.vpn.network('private-network.create', network));
    const subnets = await this.vpn.ipam('subnet.list', { privateNetworkIds: [resource.id] });
    const found = subnets.find(({ cidr }) => !cidr.includes(':'));
    if (!found) throw new Error(`the network ${resource.id} has no IPv4 subnet`);
    return { subnetId: found.id, cidr: found.cidr };
  }
}

/** Waits until `read` answers `wanted`. */
export async function becomes<T>(what: string, wanted: T, read: () => Promise<T> | T): Promise<void> {
  const is = JSON.stringify(wanted);
  await until(`${what} is ${is}`, async () => JSON.stringify(await read()) === is);
}
