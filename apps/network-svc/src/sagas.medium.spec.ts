import { randomUUID } from 'node:crypto';
import type { Addressing, CreatePrivateNetwork } from '@isthmus/contracts';
import type { Accepted, AttachmentView, OperationKind, PrivateNetworkView, RouteView } from '@isthmus/model';
import { SagaRegistry } from '@isthmus/operations';
import { requireScenarios, type SagaScenario, type SagaWorld, sagaTests, violations } from '@isthmus/testing';
import { type NetworkApp, startNetworkApp } from '../test/network-app';
import { peeringScenarios } from '../test/peerings';
import { SAGAS } from './app.module';
import { AttachmentService } from './attachment/attachment.service';
import { FabricDriver } from './fabric/fabric.driver';
import type { MemoryFabricDriver } from './fabric/memory-fabric.driver';
import { PrivateNetworkService } from './private-network/private-network.service';
import { RouteService } from './route/route.service';
import { VpcService } from './vpc/vpc.service';

const REGION = 'fr-par';
const ZONE = 'fr-par-1';

describe('the sagas of network-svc, with the real ipam-svc', () => {
  let network: NetworkApp;
  let fabric: MemoryFabricDriver;

  beforeAll(async () => {
    network = await startNetworkApp({ peeringReconcileMs: 0 });
    fabric = network.app.get(FabricDriver);
  });

  afterEach(() => network.probe.disarm());

  afterAll(() => network.stop());

  async function snapshot(): Promise<unknown> {
    const { database } = network;
    return {
      networks: await database.query(
        `SELECT id, vpc_id, former_vpc_id, connectivity, name, zone, description, labels, state, is_dhcp_enabled, dhcp_options, attachment_count
           FROM network.private_network ORDER BY id`,
      ),
      attachments: await database.query('SELECT id, state, tags FROM network.attachment ORDER BY id'),
      instances: await database.query(
        'SELECT id, attachment_count FROM network.instance WHERE attachment_count > 0 ORDER BY id',
      ),
      vpcs: await database.query('SELECT id, name, state, is_routing_enabled FROM network.vpc ORDER BY id'),
      routes: await database.query(
        `SELECT id, state, destination, next_hop_attachment_id, next_hop_private_network_id, tags
           FROM network.route ORDER BY id`,
      ),
      usage: await database.query(
        'SELECT project_id, resource, sum(used) AS used FROM network.project_usage GROUP BY 1, 2 HAVING sum(used) > 0 ORDER BY 1, 2',
      ),
      subnets: await database.query(
        'SELECT id, vpc_id, is_joined, cidr, range_start, range_end, gateway FROM ipam.subnet ORDER BY id',
      ),
      addresses: await database.query('SELECT address, owner_id, is_reserved FROM ipam.address ORDER BY address, id'),
      free: await database.query(
        `SELECT subnet_id, sum(ipam.number_of(hi) - ipam.number_of(lo) + 1) AS free FROM ipam.free_interval
          GROUP BY subnet_id ORDER BY subnet_id`,
      ),
      locks: await database.query('SELECT resource_id FROM ops.live_operation'),
      switches: [...fabric.networks.values()].map(withoutRevision).sort(byId),
      ports: [...fabric.ports.values()].map(withoutRevision).sort(byId),
      routers: [...fabric.routers.values()].map(withoutRevision).sort(byId),
      peerings: await database.query(
        'SELECT id, name, intent, labels, local_network_id, peer_network_id FROM network.peering ORDER BY id',
      ),
      peeringPorts: [...fabric.peerings.values()].map(withoutRevision).sort(byId),
      staticRoutes: [...fabric.routes.values()].map(withoutRevision).sort(byId),
    };
  }

  const world = (): SagaWorld => ({
    probe: network.probe,
    snapshot,
    ended: (id) => network.ended(id),
    violations: () => violations(network.database),
    killWorkerOf: async (id) => {
      await network.database.query('UPDATE ops.operation SET lease_until = now(), wake_at = now() WHERE id = $1', [id]);
    },
  });

  const networks = () => network.app.get(PrivateNetworkService);
  const attachments = () => network.app.get(AttachmentService);
  const vpcs = () => network.app.get(VpcService);
  const routes = () => network.app.get(RouteService);

  const creation = (addressing: Addressing): CreatePrivateNetwork => ({
    region: REGION,
    zone: ZONE,
    vpcId: null,
    name: 'saga',
    description: '',
    labels: {},
    tags: [],
    connectivity: addressing.kind === 'range' ? 'isolated' : 'joined',
    addressing,
    isDhcpEnabled: true,
    dhcpOptions: { routers: [], dnsServers: [], ntpServers: [], domainSearch: [] },
    isDefaultRoutePropagated: false,
  });

  const managed: Addressing = {
    kind: 'range',
    range: { startIp: '10.0.0.10', endIp: '10.0.0.99', netmask: '255.255.255.0' },
  };

  async function makeNetwork(): Promise<string> {
    return (await network.succeed(networks().create(creation(managed), network.context()))).resource.id;
  }

  async function attach(privateNetworkId: string): Promise<Accepted<AttachmentView>> {
    const instance = { instanceId: randomUUID(), instanceZone: ZONE, region: REGION, tags: [] };
    return attachments().create({ privateNetworkId, ...instance }, network.context());
  }

  async function makeJoined(change: Partial<CreatePrivateNetwork> = {}): Promise<PrivateNetworkView> {
    const command = { ...creation({ kind: 'automatic' }), ...change };
    return (await network.succeed(networks().create(command, network.context()))).resource;
  }

  async function makeVpc(isRoutingEnabled: boolean): Promise<string> {
    const command = { region: REGION, name: 'saga', tags: [], isRoutingEnabled };
    return (await vpcs().create(command, network.context())).id;
  }

  /** A VPC that does not route, with two joined networks and an isolated one in it. */
  async function makeUnrouted(): Promise<string> {
    const vpcId = await makeVpc(false);
    for (const connectivity of ['joined', 'isolated', 'joined'] as const) await makeJoined({ vpcId, connectivity });
    return vpcId;
  }

  async function prepareRoute(): Promise<{ vpcId: string; nicId: string }> {
    const { id, vpcId } = await makeJoined({ vpcId: await makeVpc(true) });
    return { vpcId, nicId: (await network.succeed(attach(id))).resource.id };
  }

  function createRoute({ vpcId, nicId }: { vpcId: string; nicId: string }): Promise<Accepted<RouteView>> {
    const nextHop = { nextHopAttachmentId: nicId, nextHopPrivateNetworkId: null };
    const route = { region: REGION, vpcId, description: '', tags: [], destination: '192.168.7.0/24', ...nextHop };
    return routes().create(route, network.context());
  }

  async function makeRoute(): Promise<string> {
    return (await network.succeed(createRoute(await prepareRoute()))).resource.id;
  }

  const scenarios: Record<Exclude<OperationKind, `vpn-${string}`>, SagaScenario<never>> = {
    ...peeringScenarios(() => network),
    'private-network.create': {
      prepare: async () => undefined as never,
      accept: async () => (await networks().create(creation({ kind: 'automatic' }), network.context())).operation.id,
    },
    'private-network.update': {
      prepare: makeNetwork as () => Promise<never>,
      accept: async (privateNetworkId: string) => {
        const range = { startIp: '10.0.0.20', endIp: '10.0.1.40', netmask: '255.255.254.0' };
        const change = { privateNetworkId, region: REGION, name: 'renamed', range };
        return (await networks().update(change, network.context())).operation.id;
      },
    },
    'private-network.enable-dhcp': {
      prepare: (async () => {
        const without = { ...creation({ kind: 'automatic' }), isDhcpEnabled: false };
        return (await network.succeed(networks().create(without, network.context()))).resource.id;
      }) as () => Promise<never>,
      accept: async (privateNetworkId: string) =>
        (await networks().enableDhcp({ privateNetworkId, region: REGION }, network.context())).operation.id,
    },
    'private-network.change-subnets': {
      prepare: makeJoined as () => Promise<never>,
      accept: async ({ id }: PrivateNetworkView) => {
        const [former] = await network.database.query<{ cidr: string }>(
          'SELECT cidr FROM ipam.subnet WHERE private_network_id = $1 AND family(cidr) = 4',
          [id],
        );
        // Where the former one was, so that an undo must make room before it restores.
        const change = {
          privateNetworkId: id,
          region: REGION,
          remove: [former?.cidr ?? ''],
          add: [halfOf(former?.cidr)],
        };
        return (await networks().changeSubnets(change, network.context())).operation.id;
      },
    },
    'private-network.migrate-zonal': {
      prepare: makeNetwork as () => Promise<never>,
      accept: async (privateNetworkId: string) => {
        const command = { region: REGION, privateNetworkIds: [privateNetworkId] };
        const [accepted] = await networks().migrateZonal(command, network.context());
        return accepted?.operation.id ?? '';
      },
    },
    'vpc.enable-routing': {
      prepare: makeUnrouted as () => Promise<never>,
      accept: async (vpcId: string) =>
        (await vpcs().enableRouting({ vpcId, region: REGION }, network.context())).operation.id,
    },
    'vpc.delete': {
      prepare: (async () => {
        const { id, vpcId } = await makeJoined({ vpcId: await makeVpc(true) });
        await network.succeed(networks().delete({ privateNetworkId: id, region: REGION }, network.context()));
        return vpcId;
      }) as () => Promise<never>,
      accept: async (vpcId: string) => {
        await vpcs().delete({ vpcId, region: REGION }, network.context());
        const [operation] = await network.database.query<{ id: string }>(
          'SELECT id FROM ops.operation WHERE resource_id = $1',
          [vpcId],
        );
        return operation?.id ?? '';
      },
    },
    'route.create': {
      prepare: prepareRoute as () => Promise<never>,
      accept: async (prepared: { vpcId: string; nicId: string }) => (await createRoute(prepared)).operation.id,
    },
    'route.update': {
      prepare: makeRoute as () => Promise<never>,
      accept: async (routeId: string) => {
        const change = { routeId, region: REGION, destination: '192.168.8.0/24', tags: ['moved'] };
        return (await routes().update(change, network.context())).operation.id;
      },
    },
    'route.delete': {
      prepare: makeRoute as () => Promise<never>,
      accept: async (routeId: string) =>
        (await routes().delete({ routeId, region: REGION }, network.context())).operation.id,
    },
    'private-network.delete': {
      prepare: makeNetwork as () => Promise<never>,
      accept: async (privateNetworkId: string) =>
        (await networks().delete({ privateNetworkId, region: REGION }, network.context())).operation.id,
    },
    'attachment.create': {
      prepare: makeNetwork as () => Promise<never>,
      accept: async (privateNetworkId: string) => (await attach(privateNetworkId)).operation.id,
    },
    'attachment.update-ip': {
      prepare: (async () => (await network.succeed(attach(await makeNetwork()))).resource) as () => Promise<never>,
      accept: async ({ privateNetworkId, instanceId }: AttachmentView) => {
        const move = { privateNetworkId, instanceId, region: REGION, address: '10.0.0.200' };
        return (await attachments().updateIp(move, network.context())).operation.id;
      },
    },
    'attachment.delete': {
      prepare: (async () => (await network.succeed(attach(await makeNetwork()))).resource) as () => Promise<never>,
      accept: async ({ id }: AttachmentView) =>
        (await attachments().delete({ attachmentId: id }, network.context())).operation.id,
    },
  };

  it('has a scenario for every registered saga', () => {
    requireScenarios(
      network.app.get(SagaRegistry).all.map(({ kind }) => kind),
      scenarios,
    );
  });

  for (const Saga of SAGAS) {
    // The shape of a saga (kind and steps) needs none of what it works with.
    const shape = new (Saga as new () => InstanceType<typeof Saga>)();
    sagaTests(it, shape as never, scenarios[shape.kind], world);
  }
});

/** The lower half of a block: `172.16.0.0/22` has `172.16.0.0/23`. */
function halfOf(cidr = ''): string {
  const [first, prefixLength] = cidr.split('/');
  return `${first}/${Number(prefixLength) + 1}`;
}

function withoutRevision<T extends { revision: bigint }>({ revision: _revision, ...rest }: T): Omit<T, 'revision'> {
  return rest;
}

function byId(left: { id: string }, right: { id: string }): number {
  return left.id < right.id ? -1 : 1;
}
