import { randomUUID } from 'node:crypto';
import type { ChangeSubnets, CreatePrivateNetwork, IpamCalls } from '@isthmus/contracts';
import type { Accepted, PrivateNetworkView } from '@isthmus/model';
import { RpcCaller } from '@isthmus/rpc';
import { violations } from '@isthmus/testing';
import { joinedNetwork, REGION } from '../../test/commands';
import { type NetworkApp, startNetworkApp } from '../../test/network-app';
import { AttachmentService } from '../attachment/attachment.service';
import { FabricDriver } from '../fabric/fabric.driver';
import type { MemoryFabricDriver } from '../fabric/memory-fabric.driver';
import { PrivateNetworkService } from './private-network.service';

const QUOTA = 40;

describe('private networks', () => {
  let network: NetworkApp;
  let service: PrivateNetworkService;
  let fabric: MemoryFabricDriver;
  let projectId: string;

  beforeAll(async () => {
    network = await startNetworkApp({ quotas: { vpc: 100, 'private-network': QUOTA, route: 10 } });
    service = network.app.get(PrivateNetworkService);
    fabric = network.app.get(FabricDriver);
  });

  beforeEach(() => {
    projectId = randomUUID();
  });

  afterEach(async () => {
    network.probe.disarm();
    expect(await violations(network.database)).toEqual([]);
  });

  afterAll(() => network.stop());

  const context = () => network.context(projectId);

  const make = async (change: Partial<CreatePrivateNetwork> = {}): Promise<PrivateNetworkView> =>
    (await network.succeed(service.create(joinedNetwork(change), context()))).resource;

  const given = (...cidrs: string[]): Partial<CreatePrivateNetwork> => ({ addressing: { kind: 'subnets', cidrs } });

  const change = (id: string, wanted: Partial<ChangeSubnets>): Promise<Accepted<PrivateNetworkView>> =>
    service.changeSubnets({ region: REGION, privateNetworkId: id, ...wanted }, context());

  const ipv4Of = async (id: string): Promise<string[]> =>
    (
      await network.database.query<{ cidr: string }>(
        'SELECT cidr FROM ipam.subnet WHERE private_network_id = $1 AND family(cidr) = 4 ORDER BY cidr',
        [id],
      )
    ).map(({ cidr }) => cidr);

  async function attach({ id }: PrivateNetworkView, zone = 'fr-par-1'): Promise<string> {
    const nic = { region: REGION, privateNetworkId: id, instanceId: randomUUID(), instanceZone: zone, tags: [] };
    return (await network.succeed(network.app.get(AttachmentService).create(nic, context()))).resource.instanceId;
  }

  function book({ id }: PrivateNetworkView): Promise<unknown> {
    const request = { privateNetworkId: id, family: 4 } as const;
    const who = { projectId, principal: 'test' };
    return network.app
      .get(RpcCaller)
      .call<IpamCalls, 'address.book'>('ipam', 'address.book', { ...request, tags: [] }, who);
  }

  it('get blocks of their own when 32 are made at once in one VPC', async () => {
    const made = await Promise.all(Array.from({ length: 32 }, () => make()));
    expect(new Set(made.map(({ vpcId }) => vpcId)).size).toBe(1);
    const blocks = await Promise.all(made.map(({ id }) => ipv4Of(id)));
    expect(new Set(blocks.flat()).size).toBe(32);
  });

  it('are at most as many as the quota says, and a deleted one makes room', async () => {
    const isolated = { connectivity: 'isolated', addressing: { kind: 'none' } } as const;
    const all = await Promise.allSettled(Array.from({ length: QUOTA + 4 }, () => make(isolated)));
    const refused = all.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refused).toHaveLength(4);
    const quota = { limit: QUOTA, current: QUOTA };
    for (const problem of refused) expect(problem).toMatchObject({ code: 'quota-exceeded', meta: { quota } });
    const [first] = all.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const target = { region: REGION, privateNetworkId: first?.id ?? '' };
    await network.succeed(service.delete(target, context()));
    await make(isolated);
  });

  it('gain and lose subnets, and the fabric with them', async () => {
    const { id } = await make(given('10.1.0.0/24'));
    await network.succeed(change(id, { add: ['10.1.1.0/24'] }));
    expect(await ipv4Of(id)).toEqual(['10.1.0.0/24', '10.1.1.0/24']);
    await network.succeed(change(id, { set: ['10.1.0.0/23'] }));
    expect(await ipv4Of(id)).toEqual(['10.1.0.0/23']);
    expect(fabric.networks.get(id)?.subnets).toEqual([{ cidr: '10.1.0.0/23', gateway: '10.1.0.1' }]);
  });

  it('refuse subnets that are public, malformed, taken in the VPC, or not theirs to remove', async () => {
    const { id } = await make(given('10.2.0.0/24'));
    await make(given('10.3.0.0/24'));
    await expect(change(id, { add: ['8.8.8.0/24'] })).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(change(id, { add: ['10.4.0.1/24'] })).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(change(id, { add: ['10.3.0.0/25'] })).rejects.toMatchObject({ code: 'conflict' });
    await expect(change(id, { remove: ['10.3.0.0/24'] })).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(change(randomUUID(), { add: ['10.9.0.0/24'] })).rejects.toMatchObject({ code: 'not-found' });
    expect(await ipv4Of(id)).toEqual(['10.2.0.0/24']);
  });

  it('keep a subnet whose addresses are in use, and say which', async () => {
    const made = await make(given('10.5.0.0/24'));
    await attach(made);
    await expect(change(made.id, { set: ['10.6.0.0/24'] })).rejects.toMatchObject({
      code: 'precondition-failed',
      message: expect.stringContaining('10.5.0.0/24'),
    });
  });

  it('lose no subnet in which an address was booked after acceptance', async () => {
    const made = await make(given('10.7.0.0/24'));
    network.probe.arm('before', 'do', 'change-subnets', 1, async () => {
      await book(made);
    });
    const { operation } = await change(made.id, { set: ['10.8.0.0/24'] });
    expect(await network.ended(operation.id)).toMatchObject({
      state: 'failure',
      message: expect.stringContaining('10.7.0.0/24'),
    });
    expect(await ipv4Of(made.id)).toEqual(['10.7.0.0/24']);
  });

  it('name what keeps them from being deleted', async () => {
    const made = await make(given('10.10.0.0/24'));
    const instanceId = await attach(made);
    await book(made);
    const target = { region: REGION, privateNetworkId: made.id };
    const refusal: unknown = await service.delete(target, context()).catch((problem: unknown) => problem);
    expect(refusal).toMatchObject({ code: 'precondition-failed', message: expect.stringContaining(instanceId) });
    expect(refusal).toMatchObject({ message: expect.stringMatching(/address 10\.10\.0\.\d+/) });
  });

  it('become regional, all zonal ones of the project or those that are named', async () => {
    const [first, second, third] = [
      await make({ zone: 'fr-par-1' }),
      await make({ zone: 'fr-par-2' }),
      await make({ zone: null }),
    ];
    const one = await service.migrateZonal({ region: REGION, privateNetworkIds: [first.id, third.id] }, context());
    for (const accepted of one) await network.succeed(Promise.resolve(accepted));
    const rest = await service.migrateZonal({ region: REGION }, context());
    for (const accepted of rest) await network.succeed(Promise.resolve(accepted));
    expect([one, rest].map((accepted) => accepted.map(({ resource }) => resource.id))).toEqual([
      [first.id],
      [second.id],
    ]);
    expect(fabric.networks.get(first.id)?.zone).toBeNull();
    const { items } = await service.list({ region: REGION }, context());
    expect(items.map(({ zone }) => zone)).toEqual([null, null, null]);
    const unknown = service.migrateZonal({ region: REGION, privateNetworkIds: [randomUUID()] }, context());
    await expect(unknown).rejects.toMatchObject({ code: 'not-found' });
  });

  it('are told by a dry run without anything being written, refusals included', async () => {
    const made = await make(given('10.11.0.0/24'));
    const before = await network.contents();
    const told = await service.create({ ...joinedNetwork({ name: 'never' }), isDryRun: true }, context());
    expect(told).toMatchObject({
      resource: { name: 'never', state: 'creating', vpcId: made.vpcId },
      operation: { id: '00000000-0000-0000-0000-000000000000', kind: 'private-network.create', state: 'pending' },
    });
    const subnets = await change(made.id, { add: ['10.12.0.0/24'], isDryRun: true });
    expect(subnets.operation).toMatchObject({ kind: 'private-network.change-subnets' });
    const overlapping = service.create({ ...joinedNetwork(given('10.11.0.0/25')), isDryRun: true }, context());
    await expect(overlapping).rejects.toMatchObject({ code: 'conflict' });
    // Not even the default VPC of a new project.
    const fresh = await service.create({ ...joinedNetwork(), isDryRun: true }, network.context(randomUUID()));
    expect(fresh.plannedQuotas).toMatchObject([
      { resource: 'vpc', current: 0, after: 1 },
      { resource: 'private-network', current: 0, after: 1 },
    ]);
    expect(await network.contents()).toEqual(before);
  });
});
