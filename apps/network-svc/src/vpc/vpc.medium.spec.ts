import { randomUUID } from 'node:crypto';
import type { CreatePrivateNetwork } from '@isthmus/contracts';
import type { PrivateNetworkView, VpcView } from '@isthmus/model';
import { violations } from '@isthmus/testing';
import { joinedNetwork, REGION } from '../../test/commands';
import { type NetworkApp, startNetworkApp } from '../../test/network-app';
import { FabricDriver } from '../fabric/fabric.driver';
import type { MemoryFabricDriver } from '../fabric/memory-fabric.driver';
import { PrivateNetworkService } from '../private-network/private-network.service';
import { VpcService } from './vpc.service';

const QUOTA = 5;

describe('VPCs', () => {
  let network: NetworkApp;
  let vpcs: VpcService;
  let networks: PrivateNetworkService;
  let fabric: MemoryFabricDriver;

  beforeAll(async () => {
    network = await startNetworkApp({ quotas: { vpc: QUOTA, 'private-network': 40, route: 10 } });
    vpcs = network.app.get(VpcService);
    networks = network.app.get(PrivateNetworkService);
    fabric = network.app.get(FabricDriver);
  });

  afterEach(async () => {
    network.probe.disarm();
    expect(await violations(network.database)).toEqual([]);
  });

  afterAll(() => network.stop());

  const make = (projectId: string, name = 'vpc', isRoutingEnabled = true, tags: string[] = []): Promise<VpcView> =>
    vpcs.create({ region: REGION, name, tags, isRoutingEnabled }, network.context(projectId));

  const join = async (projectId: string, change: Partial<CreatePrivateNetwork>): Promise<PrivateNetworkView> =>
    (await network.succeed(networks.create(joinedNetwork(change), network.context(projectId)))).resource;

  const remove = async (projectId: string, { id }: PrivateNetworkView): Promise<void> => {
    await network.succeed(networks.delete({ privateNetworkId: id, region: REGION }, network.context(projectId)));
  };

  it('are made, read, changed and listed by page, order and every filter', async () => {
    const projectId = randomUUID();
    const context = () => network.context(projectId);
    const charlie = await make(projectId, 'charlie', true, ['x', 'y']);
    await make(projectId, 'alpha', false, ['x']);
    await make(projectId, 'bravo');
    expect(charlie).toMatchObject({ isDefault: false, isCustomRoutesPropagationEnabled: true, privateNetworkCount: 0 });
    const list = async (query: object) => {
      const page = { page: 1, pageSize: 10 };
      const { items, totalCount } = await vpcs.list({ region: REGION, paging: page, ...query }, context());
      return [items.map(({ name }) => name).join(' '), totalCount];
    };
    expect(await list({})).toEqual(['charlie alpha bravo', 3]);
    expect(await list({ orderBy: 'name_desc', paging: { page: 2, pageSize: 2 } })).toEqual(['alpha', 3]);
    expect(await list({ paging: { page: 7, pageSize: 2 } })).toEqual(['', 3]);
    expect(await list({ name: 'LPH' })).toEqual(['alpha', 1]);
    expect(await list({ tags: ['x', 'y'] })).toEqual(['charlie', 1]);
    expect(await list({ isRoutingEnabled: false })).toEqual(['alpha', 1]);
    expect(await list({ isDefault: true })).toEqual(['', 0]);
    expect(await list({ region: 'nl-ams' })).toEqual(['', 0]);
    const change = { region: REGION, vpcId: charlie.id, name: 'delta' };
    expect(await vpcs.update(change, context())).toMatchObject({ name: 'delta', tags: ['x', 'y'] });
    await expect(vpcs.update(change, network.context(randomUUID()))).rejects.toMatchObject({ code: 'not-found' });
    expect(await vpcs.enableCustomRoutesPropagation(change, context())).toMatchObject({ name: 'delta' });
    await expect(vpcs.get(change, network.context(randomUUID()))).rejects.toMatchObject({ code: 'not-found' });
  });

  it('are at most as many as the quota says, however many are made at once', async () => {
    const projectId = randomUUID();
    const all = await Promise.allSettled(Array.from({ length: QUOTA + 5 }, () => make(projectId)));
    const refused = all.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refused).toHaveLength(5);
    const quota = { limit: QUOTA, current: QUOTA };
    for (const problem of refused) expect(problem).toMatchObject({ code: 'quota-exceeded', meta: { quota } });
    const [first] = all.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    await vpcs.delete({ region: REGION, vpcId: first?.id ?? '' }, network.context(projectId));
    await make(projectId);
  });

  it('go only when nothing is in them, and say what is', async () => {
    const projectId = randomUUID();
    const made = await join(projectId, { name: 'in the way' });
    const vpc = { region: REGION, vpcId: made.vpcId };
    await expect(vpcs.delete(vpc, network.context(projectId))).rejects.toMatchObject({
      code: 'precondition-failed',
      message: expect.stringContaining(`in the way (${made.id})`),
    });
    await remove(projectId, made);
    expect(fabric.routers.has(made.vpcId)).toBe(true);
    await vpcs.delete(vpc, network.context(projectId));
    const [operation] = await network.database.query<{ id: string }>(
      'SELECT id FROM ops.operation WHERE resource_id = $1',
      [made.vpcId],
    );
    await network.ended(operation?.id ?? '');
    expect(fabric.routers.has(made.vpcId)).toBe(false);
    // The default VPC comes back when it is needed.
    const again = await join(projectId, {});
    expect(again.vpcId).not.toBe(made.vpcId);
    expect(fabric.networks.get(again.id)?.routerId).toBe(again.vpcId);
  });

  it('start to route: joined networks are plugged into the router, isolated ones are not', async () => {
    const projectId = randomUUID();
    const { id: vpcId } = await make(projectId, 'late', false);
    const joined = await join(projectId, { vpcId });
    const isolated = await join(projectId, { vpcId, connectivity: 'isolated' });
    expect(fabric.networks.get(joined.id)?.routerId).toBeNull();
    await network.succeed(vpcs.enableRouting({ region: REGION, vpcId }, network.context(projectId)));
    expect(fabric.networks.get(joined.id)?.routerId).toBe(vpcId);
    expect(fabric.networks.get(isolated.id)?.routerId).toBeNull();
    expect((await vpcs.get({ region: REGION, vpcId }, network.context(projectId))).isRoutingEnabled).toBe(true);
    const later = await join(projectId, { vpcId });
    expect(fabric.networks.get(later.id)?.routerId).toBe(vpcId);
  });

  it('keep their joined networks from changing while they start to route', async () => {
    const projectId = randomUUID();
    const context = () => network.context(projectId);
    const { id: vpcId } = await make(projectId, 'late', false);
    const joined = await join(projectId, { vpcId });
    const isolated = await join(projectId, { vpcId, connectivity: 'isolated' });
    const letGo = network.probe.hold('before', 'do', 'wire-networks');
    const { operation } = await vpcs.enableRouting({ region: REGION, vpcId }, context());
    const busy = { code: 'busy', meta: { operationId: operation.id } };
    const target = { region: REGION, privateNetworkId: joined.id };
    await expect(networks.update({ ...target, name: 'no' }, context())).rejects.toMatchObject(busy);
    await expect(networks.delete(target, context())).rejects.toMatchObject(busy);
    await expect(networks.create(joinedNetwork({ vpcId }), context())).rejects.toMatchObject(busy);
    await expect(vpcs.enableRouting({ region: REGION, vpcId }, context())).rejects.toMatchObject(busy);
    await expect(vpcs.delete({ region: REGION, vpcId }, context())).rejects.toMatchObject(busy);
    const free = { region: REGION, privateNetworkId: isolated.id, name: 'yes' };
    await network.succeed(networks.update(free, context()));
    letGo();
    expect(await network.ended(operation.id)).toMatchObject({ state: 'success' });
  });

  it('do not start to route in the middle of a change of a joined network', async () => {
    const projectId = randomUUID();
    const { id: vpcId } = await make(projectId, 'late', false);
    const joined = await join(projectId, { vpcId });
    const letGo = network.probe.hold('before', 'do', 'ensure-network');
    const rename = { region: REGION, privateNetworkId: joined.id, name: 'new' };
    const { operation } = await networks.update(rename, network.context(projectId));
    const refused = vpcs.enableRouting({ region: REGION, vpcId }, network.context(projectId));
    await expect(refused).rejects.toMatchObject({ code: 'busy', meta: { operationId: operation.id } });
    letGo();
    await network.ended(operation.id);
  });

  it('are told by a dry run without anything being written', async () => {
    const projectId = randomUUID();
    const before = await network.contents();
    const command = { region: REGION, name: 'never', tags: ['a'], isRoutingEnabled: true, isDryRun: true };
    const plannedQuotas = [{ resource: 'vpc', limit: expect.any(Number), current: 0, after: 1 }];
    const told = { name: 'never', tags: ['a'], plannedQuotas };
    expect(await vpcs.create(command, network.context(projectId))).toMatchObject(told);
    expect(await network.contents()).toEqual(before);
    const real = await vpcs.create({ ...command, isDryRun: false }, network.context(projectId));
    expect(real).not.toHaveProperty('plannedQuotas');
  });
});
