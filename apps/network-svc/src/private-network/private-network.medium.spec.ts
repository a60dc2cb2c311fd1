import { randomUUID } from 'node:crypto';
import type { CreatePrivateNetwork } from '@isthmus/contracts';
import type { Accepted, PrivateNetworkView } from '@isthmus/model';
import { violations } from '@isthmus/testing';
import { type NetworkApp, startNetworkApp } from '../../test/network-app';
import { PrivateNetworkService } from './private-network.service';

const REGION = 'fr-par';

const unmanaged: CreatePrivateNetwork = {
  region: REGION,
  zone: null,
  vpcId: null,
  name: 'net',
  description: '',
  labels: {},
  tags: [],
  connectivity: 'isolated',
  addressing: { kind: 'none' },
  isDhcpEnabled: true,
  dhcpOptions: { routers: [], dnsServers: [], ntpServers: [], domainSearch: [] },
  isDefaultRoutePropagated: false,
};

describe('private networks', () => {
  let network: NetworkApp;
  let service: PrivateNetworkService;

  beforeAll(async () => {
    network = await startNetworkApp();
    service = network.app.get(PrivateNetworkService);
  });

  afterEach(async () => {
    network.probe.disarm();
    expect(await violations(network.database)).toEqual([]);
  });

  afterAll(() => network.stop());

  function create(
    change: Partial<CreatePrivateNetwork> = {},
    projectId?: string,
  ): Promise<Accepted<PrivateNetworkView>> {
    return network.succeed(service.create({ ...unmanaged, ...change }, network.context(projectId)));
  }

  it('of a new project share one default VPC, even when all come at once', async () => {
    const projectId = randomUUID();
    const made = await Promise.all(Array.from({ length: 20 }, () => create({}, projectId)));
    expect(new Set(made.map(({ resource }) => resource.vpcId)).size).toBe(1);
    const vpcs = await network.database.query('SELECT is_default FROM network.vpc WHERE project_id = $1', [projectId]);
    expect(vpcs).toEqual([{ is_default: true }]);
  });

  it('refuse a VPC of another project as if it were not there', async () => {
    const foreign = (await create({}, randomUUID())).resource.vpcId;
    const refused = service.create({ ...unmanaged, vpcId: foreign }, network.context());
    await expect(refused).rejects.toMatchObject({ code: 'not-found', meta: { resource: 'vpc', resourceId: foreign } });
  });

  it('get VNIs that no other living network has, and give them back', async () => {
    const made = await Promise.all(Array.from({ length: 50 }, () => create()));
    expect(new Set(made.map(({ resource }) => resource.vni)).size).toBe(50);
    const gone = made[0]?.resource as PrivateNetworkView;
    await network.succeed(service.delete({ privateNetworkId: gone.id, region: REGION }, network.context()));
    // The freed VNI can be given out again: the constraint lets another row have it.
    const [other] = made.slice(1);
    const moved = network.database.query('UPDATE network.private_network SET vni = $1 WHERE id = $2 RETURNING vni', [
      gone.vni,
      other?.resource.id,
    ]);
    expect(await moved).toEqual([{ vni: gone.vni }]);
  });

  it('are seen by their region, and by their zone if they have one', async () => {
    const projectId = randomUUID();
    const regional = (await create({ name: 'regional' }, projectId)).resource.id;
    const zonal = (await create({ name: 'zonal', zone: 'fr-par-1' }, projectId)).resource.id;
    const list = async (scope: { region: string; zone?: string }) =>
      (await service.list(scope, network.context(projectId))).items.map(({ id }) => id);
    expect(await list({ region: REGION })).toEqual([regional, zonal]);
    expect(await list({ region: REGION, zone: 'fr-par-1' })).toEqual([regional, zonal]);
    expect(await list({ region: REGION, zone: 'fr-par-2' })).toEqual([regional]);
    expect(await list({ region: 'nl-ams' })).toEqual([]);
  });

  it('are listed by page, order and every filter', async () => {
    const projectId = randomUUID();
    const names = ['delta', 'alpha', 'charlie', 'bravo'];
    for (const name of names) await create({ name, tags: name < 'c' ? ['early', 'x'] : ['late'] }, projectId);
    const list = async (query: object) => {
      const { items, totalCount } = await service.list({ region: REGION, ...query }, network.context(projectId));
      return [items.map(({ name }) => name).join(' '), totalCount];
    };
    expect(await list({})).toEqual(['delta alpha charlie bravo', 4]);
    expect(await list({ orderBy: 'created_at_desc' })).toEqual(['bravo charlie alpha delta', 4]);
    expect(await list({ orderBy: 'name_asc', paging: { page: 2, pageSize: 3 } })).toEqual(['delta', 4]);
    expect(await list({ paging: { page: 9, pageSize: 3 } })).toEqual(['', 4]);
    expect(await list({ name: 'RA' })).toEqual(['bravo', 1]);
    expect(await list({ tags: ['early', 'x'], orderBy: 'name_asc' })).toEqual(['alpha bravo', 2]);
    expect(await list({ tags: ['early', 'late'] })).toEqual(['', 0]);
    expect(await list({ isDhcpEnabled: false })).toEqual(['', 0]);
    expect(await list({ vpcId: randomUUID() })).toEqual(['', 0]);
    expect(await list({ privateNetworkIds: [randomUUID()] })).toEqual(['', 0]);
  });

  it('take one change at a time; the second is told which operation is in the way', async () => {
    const { resource } = await create();
    const letGo = network.probe.hold('before', 'do', 'ensure-network');
    const command = { privateNetworkId: resource.id, region: REGION, name: 'first' };
    const first = await service.update(command, network.context());
    expect(first.resource.state).toBe('updating');
    for (const second of [
      service.update({ ...command, name: 'second' }, network.context()),
      service.delete(command, network.context()),
      service.enableDhcp(command, network.context()),
    ]) {
      await expect(second).rejects.toMatchObject({ code: 'busy', meta: { operationId: first.operation.id } });
    }
    letGo();
    await network.ended(first.operation.id);
    expect(await service.get(command, network.context())).toMatchObject({ name: 'first', state: 'active' });
  });

  it('become managed by an update that gives a whole range, and by no other', async () => {
    const { id: privateNetworkId } = (await create()).resource;
    const command = { privateNetworkId, region: REGION };
    const partial = service.update({ ...command, range: { startIp: '10.0.0.5' } }, network.context());
    await expect(partial).rejects.toMatchObject({
      code: 'invalid-argument',
      meta: { violations: [{ field: 'endIp' }, { field: 'netmask' }] },
    });
    const range = { startIp: '10.0.0.5', endIp: '10.0.0.9', netmask: '255.255.255.0' };
    await network.succeed(service.update({ ...command, range }, network.context()));
    const subnets = await network.database.query('SELECT cidr FROM ipam.subnet WHERE private_network_id = $1', [
      privateNetworkId,
    ]);
    expect(subnets).toEqual([{ cidr: '10.0.0.0/24' }]);
  });

  it('that would overlap in their VPC are refused before anything is made', async () => {
    const joined = (cidr: string): CreatePrivateNetwork => ({
      ...unmanaged,
      connectivity: 'joined',
      addressing: { kind: 'subnets', cidrs: [cidr] },
    });
    const projectId = randomUUID();
    await create(joined('10.7.0.0/16'), projectId);
    const overlapping = joined('10.7.8.0/24');
    await expect(service.create(overlapping, network.context(projectId))).rejects.toMatchObject({ code: 'conflict' });
    expect((await service.list({ region: REGION }, network.context(projectId))).totalCount).toBe(1);
    const elsewhere = await create({ ...overlapping, region: 'nl-ams' }, projectId);
    expect(elsewhere.resource.region).toBe('nl-ams');
  });

  it('are made once for a request that is delivered twice', async () => {
    const context = network.context();
    const [first, second] = await Promise.all([service.create(unmanaged, context), service.create(unmanaged, context)]);
    expect(second).toEqual(first);
    await network.ended(first.operation.id);
  });
});
