import { randomUUID } from 'node:crypto';
import type { Addressing, CreatePrivateNetwork } from '@isthmus/contracts';
import type { Accepted, AttachmentView, OperationKind } from '@isthmus/model';
import { SagaRegistry } from '@isthmus/operations';
import { requireScenarios, type SagaScenario, type SagaWorld, sagaTests, violations } from '@isthmus/testing';
import { type NetworkApp, startNetworkApp } from '../test/network-app';
import { SAGAS } from './app.module';
import { AttachmentService } from './attachment/attachment.service';
import { FabricDriver } from './fabric/fabric.driver';
import type { MemoryFabricDriver } from './fabric/memory-fabric.driver';
import { PrivateNetworkService } from './private-network/private-network.service';

const REGION = 'fr-par';
const ZONE = 'fr-par-1';

describe('the sagas of network-svc, with the real ipam-svc', () => {
  let network: NetworkApp;
  let fabric: MemoryFabricDriver;

  beforeAll(async () => {
    network = await startNetworkApp();
    fabric = network.app.get(FabricDriver);
  });

  afterEach(() => network.probe.disarm());

  afterAll(() => network.stop());

  async function snapshot(): Promise<unknown> {
    const { database } = network;
    return {
      networks: await database.query(
        `SELECT id, name, description, labels, state, is_dhcp_enabled, dhcp_options, attachment_count
           FROM network.private_network ORDER BY id`,
      ),
      attachments: await database.query('SELECT id, state, tags FROM network.attachment ORDER BY id'),
      instances: await database.query(
        'SELECT id, attachment_count FROM network.instance WHERE attachment_count > 0 ORDER BY id',
      ),
      subnets: await database.query('SELECT id, cidr, range_start, range_end, gateway FROM ipam.subnet ORDER BY id'),
      addresses: await database.query('SELECT address, owner_id, is_reserved FROM ipam.address ORDER BY address, id'),
      free: await database.query(
        `SELECT subnet_id, sum(ipam.number_of(hi) - ipam.number_of(lo) + 1) AS free FROM ipam.free_interval
          GROUP BY subnet_id ORDER BY subnet_id`,
      ),
      locks: await database.query('SELECT resource_id FROM ops.live_operation'),
      switches: [...fabric.networks.values()].map(withoutRevision).sort(byId),
      ports: [...fabric.ports.values()].map(withoutRevision).sort(byId),
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

  const scenarios: Record<OperationKind, SagaScenario<never>> = {
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

function withoutRevision<T extends { revision: bigint }>({ revision: _revision, ...rest }: T): Omit<T, 'revision'> {
  return rest;
}

function byId(left: { id: string }, right: { id: string }): number {
  return left.id < right.id ? -1 : 1;
}
