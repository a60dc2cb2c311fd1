import type { CreateVpnGateway } from '@isthmus/contracts';
import type { Accepted, AddressView, OperationKind, SubnetView, VpnEndpointView, VpnGatewayView } from '@isthmus/model';
import type { SagaScenario } from '@isthmus/testing';
import { VpnGatewayReader } from '../src/gateway/vpn-gateway.reader';
import { VpnGatewayService } from '../src/gateway/vpn-gateway.service';
import { VpnGatewayUpdateService } from '../src/gateway/vpn-gateway-update.service';
import type { VpnApp } from './vpn-app';

/** A VPC with one network, which has an IPv4 and an IPv6 subnet. */
export interface Site {
  region: string;
  vpcId: string;
  v4: SubnetView;
  v6: SubnetView;
}

/** VPCs, EIPs and gateways as the tests of vpn-svc need them. */
export class GatewayCommands {
  constructor(private readonly vpn: VpnApp) {}

  async vpc(region = 'fr-par', isRoutingEnabled = true): Promise<string> {
    const command = { region, name: 'vpc', tags: [], isRoutingEnabled };
    return (await this.vpn.network('vpc.create', command)).id;
  }

  async site(cidr = '10.1.0.0/16', region = 'fr-par'): Promise<Site> {
    return this.networkOf(await this.vpc(region), cidr, region);
  }

  /** Another network of a VPC. */
  async networkOf(vpcId: string, cidr: string, region = 'fr-par'): Promise<Site> {
    const making = this.vpn.network('private-network.create', {
      ...{ region, zone: null, vpcId, name: 'net', description: '', labels: {}, tags: [], connectivity: 'joined' },
      ...{ addressing: { kind: 'subnets', cidrs: [cidr] }, isDhcpEnabled: true, isDefaultRoutePropagated: false },
      dhcpOptions: { routers: [], dnsServers: [], ntpServers: [], domainSearch: [] },
    });
    const { id } = (await this.vpn.succeed(making)).resource;
    const subnets = await this.vpn.ipam('subnet.list', { privateNetworkIds: [id] });
    const [v4, v6] = ([4, 6] as const).map((family) => subnets.find((subnet) => subnet.family === family));
    if (!v4 || !v6) throw new Error(`network ${id} lacks a subnet`);
    return { region, vpcId, v4, v6 };
  }

  /** A public IPv4 address of the project. */
  bookEip(zone = 'fr-par-1'): Promise<AddressView> {
    return this.vpn.ipam('address.book', { zone, family: 4, tags: [] });
  }

  /** A private gateway of the site's VPC, unless `change` says otherwise. */
  create({ region, vpcId, v4 }: Site, change: Partial<CreateVpnGateway> = {}): Promise<Accepted<VpnGatewayView>> {
    const attached = { vpcId, connectSubnetId: v4.id, localSubnets: ['10.1.0.0/16'] };
    return this.submit({ region, networkType: 'private', ...attached, ...change });
  }

  /** A gateway with the site's VPC as its router. */
  createAtRouter({ region, vpcId }: Site, change: Partial<CreateVpnGateway> = {}): Promise<Accepted<VpnGatewayView>> {
    return this.submit({ region, networkType: 'private', attachmentType: 'er', erId: vpcId, ...change });
  }

  submit(command: CreateVpnGateway): Promise<Accepted<VpnGatewayView>> {
    return this.vpn.app.get(VpnGatewayService).create(command, this.vpn.context());
  }

  /** The gateway once it is active. */
  async made(creating: Promise<Accepted<VpnGatewayView>>): Promise<VpnGatewayView> {
    return this.get((await this.vpn.succeed(creating)).resource.id);
  }

  update(gatewayId: string, change: Omit<Parameters<VpnGatewayUpdateService['update']>[0], 'gatewayId'>) {
    return this.vpn.app.get(VpnGatewayUpdateService).update({ gatewayId, ...change }, this.vpn.context());
  }

  delete(gatewayId: string): Promise<Accepted<VpnGatewayView>> {
    return this.vpn.app.get(VpnGatewayService).delete(gatewayId, this.vpn.context());
  }

  /** Deletes it, and sees that it is gone. */
  async remove(gatewayId: string): Promise<void> {
    await this.vpn.succeed(this.delete(gatewayId));
    await expect(this.get(gatewayId)).rejects.toMatchObject({ code: 'not-found' });
  }

  get(gatewayId: string): Promise<VpnGatewayView> {
    return this.vpn.app.get(VpnGatewayReader).get(gatewayId, this.vpn.context());
  }

  /** What ipam-svc knows the gateway to hold. */
  addressesOf(gatewayId: string): Promise<AddressView[]> {
    return this.vpn.ipam('address.list', { ownerIds: [gatewayId] });
  }

  /** Ids and addresses of the gateway's ports, in no order. */
  portsOf(gatewayId: string): Promise<{ id: string; addresses: string }[]> {
    const sql =
      'SELECT id, array_to_string(addresses, $2) AS addresses FROM network.gateway_port WHERE gateway_id = $1';
    return this.vpn.database.query(sql, [gatewayId, ',']);
  }
}

/** Both endpoints; a gateway without them fails the test. */
export function pairOf({ endpoints }: VpnGatewayView): [VpnEndpointView, VpnEndpointView] {
  const [one, two, ...rest] = endpoints;
  if (!one || !two || rest.length > 0) throw new Error('a gateway has two endpoints');
  return [one, two];
}

/** Everything outside of the gateways' own rows that they take something of. */
export async function resourcesInUse({ database, driver }: VpnApp): Promise<unknown> {
  return {
    addresses: await database.query('SELECT address, owner_id, is_reserved FROM ipam.address ORDER BY address, id'),
    free: await database.query(
      `SELECT subnet_id, sum(ipam.number_of(hi) - ipam.number_of(lo) + 1) AS free FROM ipam.free_interval
        GROUP BY subnet_id ORDER BY subnet_id`,
    ),
    ports: await database.query(
      'SELECT id, gateway_id, private_network_id, name, addresses::text FROM network.gateway_port ORDER BY id',
    ),
    zones: await database.query('SELECT zone, used FROM vpn.zone_usage WHERE used > 0 ORDER BY zone'),
    endpoints: [...driver.endpoints.values()].map(withoutRevision).sort(by('id')),
    announcements: [...driver.announcements.values()].map(withoutRevision).sort(by('gatewayId')),
  };
}

/** As the driver has it, whatever brought it there. */
export function withoutRevision<T extends { revision: bigint }>({
  revision: _revision,
  ...rest
}: T): Omit<T, 'revision'> {
  return rest;
}

export function by<Key extends string>(key: Key) {
  return (left: Record<Key, string>, right: Record<Key, string>): number => (left[key] < right[key] ? -1 : 1);
}

type GatewayKind = Extract<OperationKind, `vpn-gateway.${string}`>;

/** Scenarios for the saga harness. Each kind in a region of its own, so that none runs out of EIPs. */
export function gatewayScenarios(app: () => VpnApp): Record<GatewayKind, SagaScenario<never>> {
  const commands = (): GatewayCommands => new GatewayCommands(app());
  const sites = new Map<string, Promise<Site>>();
  const siteIn = (region: string): Promise<Site> => {
    const site = sites.get(region) ?? commands().site('10.1.0.0/16', region);
    sites.set(region, site);
    return site;
  };
  const createPublic = async (region: string): Promise<Accepted<VpnGatewayView>> =>
    commands().create(await siteIn(region), { networkType: 'public' });
  const makePublic = async (region: string): Promise<string> => (await commands().made(createPublic(region))).id;

  return {
    'vpn-gateway.create': {
      prepare: (() => siteIn('fr-par')) as () => Promise<never>,
      accept: async () => (await createPublic('fr-par')).operation.id,
    },
    'vpn-gateway.update': {
      prepare: (async () => {
        const eip = await commands().bookEip('nl-ams-1');
        return { gatewayId: await makePublic('nl-ams'), eip };
      }) as () => Promise<never>,
      accept: async ({ gatewayId, eip }: { gatewayId: string; eip: AddressView }) => {
        const change = { name: 'renamed', localSubnets: ['10.2.0.0/16'], eipId2: eip.id };
        return (await commands().update(gatewayId, change)).operation.id;
      },
    },
    'vpn-gateway.delete': {
      prepare: (() => makePublic('pl-waw')) as () => Promise<never>,
      accept: async (gatewayId: string) => (await commands().delete(gatewayId)).operation.id,
    },
  };
}
