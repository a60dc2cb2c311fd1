import { randomUUID } from 'node:crypto';
import { startStack, type Stack } from '@isthmus/testing';
import { Errors, InstanceApi, type Instancev1, scalewayClient, VpcApi, type Vpcv2 } from '../../fixtures/scaleway/sdk';

const QUOTA = 12;
/** The fabric never gets done with networks of this name. */
const STUCK = { call: 'ensureNetwork', networkName: 'stuck', code: 'unavailable', message: 'The fabric is away.' };

describe('Scaleway VPCs, subnets and routes, by the official SDK', () => {
  let stack: Stack;
  let vpc: Vpcv2.API;
  let instances: Instancev1.API;

  beforeAll(async () => {
    stack = await startStack({
      env: { QUOTA_VPCS: String(QUOTA), FABRIC_FAULTS: JSON.stringify([STUCK]) },
    });
    const client = scalewayClient(stack.url, stack.credentials);
    vpc = new VpcApi(client);
    instances = new InstanceApi(client);
  });
  afterAll(() => stack.stop());

  const network = (request: Partial<Vpcv2.CreatePrivateNetworkRequest> = {}) =>
    vpc.createPrivateNetwork({ name: 'pn', defaultRoutePropagationEnabled: false, ...request });
  const plug = async (privateNetworkId: string) =>
    (await instances.createPrivateNIC({ serverId: randomUUID(), privateNetworkId }))
      .privateNic as Instancev1.PrivateNIC;

  describe('VPCs', () => {
    it('are created, changed, counted and deleted', async () => {
      const made = await vpc.createVPC({ name: 'one', enableRouting: true, tags: ['a'] });
      expect(made).toMatchObject({
        name: 'one',
        region: 'fr-par',
        projectId: stack.credentials.projectId,
        tags: ['a'],
        isDefault: false,
        privateNetworkCount: 0,
        routingEnabled: true,
      });
      expect(made.createdAt).toEqual(made.updatedAt);
      const { id } = await network({ vpcId: made.id });
      await vpc.updateVPC({ vpcId: made.id, name: 'two', tags: ['b', 'c'] });
      expect(await vpc.getVPC({ vpcId: made.id })).toMatchObject({
        name: 'two',
        tags: ['b', 'c'],
        privateNetworkCount: 1,
      });
      await expect(vpc.deleteVPC({ vpcId: made.id })).rejects.toThrow(Errors.PreconditionFailedError);
      await vpc.deletePrivateNetwork({ privateNetworkId: id });
      await vpc.deleteVPC({ vpcId: made.id });
      await expect(vpc.getVPC({ vpcId: made.id })).rejects.toMatchObject({
        name: 'ResourceNotFoundError',
        resource: 'vpc',
        resourceId: made.id,
      });
    });

    it('are found by every filter, in any order, page by page', async () => {
      const quiet = await vpc.createVPC({ name: 'list quiet', enableRouting: false, tags: ['x', 'y'] });
      const loud = await vpc.createVPC({ name: 'list loud', enableRouting: true, tags: ['x'] });
      await network();
      const names = async (request: Vpcv2.ListVPCsRequest): Promise<string[]> =>
        (await vpc.listVPCs(request).all()).map(({ name }) => name);
      expect(await names({ name: 'LIST' })).toEqual([quiet.name, loud.name]);
      expect(await names({ name: 'list', orderBy: 'name_asc', pageSize: 1 })).toEqual([loud.name, quiet.name]);
      expect(await names({ name: 'list', orderBy: 'created_at_desc' })).toEqual([loud.name, quiet.name]);
      expect(await names({ tags: ['x', 'y'] })).toEqual([quiet.name]);
      expect(await names({ routingEnabled: false })).toEqual([quiet.name]);
      expect(await names({ isDefault: true })).toEqual(['default']);
      expect(await names({ projectId: randomUUID() })).toEqual([]);
      expect(await names({ region: 'nl-ams' })).toEqual([]);
    });

    it('start to route, and cannot stop', async () => {
      const { id: vpcId } = await vpc.createVPC({ name: 'still', enableRouting: false });
      await network({ vpcId });
      expect(await vpc.enableRouting({ vpcId })).toMatchObject({ id: vpcId, routingEnabled: true });
      expect(await vpc.enableRouting({ vpcId })).toMatchObject({ routingEnabled: true });
      const propagating = await vpc.enableCustomRoutesPropagation({ vpcId });
      expect(propagating.customRoutesPropagationEnabled).toBe(true);
      expect(await vpc.getVPC({ vpcId })).toEqual(propagating);
    });

    it('are as many as the quota allows', async () => {
      const { totalCount } = await vpc.listVPCs();
      for (let count = totalCount; count < QUOTA; count += 1)
        await vpc.createVPC({ name: 'fill', enableRouting: true });
      await expect(vpc.createVPC({ name: 'over', enableRouting: true })).rejects.toMatchObject({
        name: 'QuotasExceededError',
        status: 403,
        list: [{ resource: 'vpc', quota: QUOTA, current: QUOTA }],
      });
      const filling = await vpc.listVPCs({ name: 'fill' }).all();
      for (const { id } of filling) await vpc.deleteVPC({ vpcId: id });
    });

    it('throw the typed errors of the SDK', async () => {
      const vpcId = randomUUID();
      const missing = { name: 'ResourceNotFoundError', status: 404, resource: 'vpc', resourceId: vpcId };
      await expect(vpc.updateVPC({ vpcId, name: 'x' })).rejects.toMatchObject(missing);
      await expect(vpc.deleteVPC({ vpcId })).rejects.toMatchObject(missing);
      await expect(vpc.enableRouting({ vpcId })).rejects.toMatchObject(missing);
      await expect(vpc.enableCustomRoutesPropagation({ vpcId })).rejects.toMatchObject(missing);
      await expect(network({ vpcId })).rejects.toMatchObject(missing);
      const foreign = vpc.createVPC({ name: 'x', enableRouting: true, projectId: vpcId });
      await expect(foreign).rejects.toMatchObject({ ...missing, resource: 'project' });
      await expect(vpc.createVPC({ name: 'a\u0000', enableRouting: true })).rejects.toMatchObject({
        name: 'InvalidArgumentsError',
        details: [{ argumentName: 'name', reason: 'constraint' }],
      });
    });
  });

  describe('subnets', () => {
    it('are added to a network and deleted from it', async () => {
      const { id: privateNetworkId, vpcId } = await network({ subnets: ['10.40.0.0/24'] });
      const six = expect.stringMatching(/^fd.*\/64$/);
      const subnets = ['10.40.1.0/24', '10.40.2.0/25'];
      const added = await vpc.addSubnets({ privateNetworkId, subnets });
      expect(added.subnets).toEqual(['10.40.0.0/24', ...subnets, six]);
      const left = await vpc.deleteSubnets({ privateNetworkId, subnets: ['10.40.0.0/24', '10.40.1.0/24'] });
      expect(left.subnets).toEqual(['10.40.2.0/25', six]);
      const present = await vpc.getPrivateNetwork({ privateNetworkId });
      expect(present.subnets.map(({ subnet }) => subnet)).toEqual(left.subnets);
      const ids = present.subnets.map(({ id }) => id);
      const listed = await vpc.listSubnets({ subnetIds: ids, orderBy: 'created_at_desc', pageSize: 1 }).all();
      expect(listed.map(({ id }) => id).sort()).toEqual([...ids].sort());
      expect(listed.find(({ subnet }) => subnet === '10.40.2.0/25')).toMatchObject({ privateNetworkId, vpcId });
      const elsewhere = await vpc.listSubnets({ vpcId: randomUUID() });
      expect(elsewhere).toEqual({ subnets: [], totalCount: 0 });
    });

    it('throw the typed errors of the SDK', async () => {
      const { id: privateNetworkId } = await network({ subnets: ['10.41.0.0/24'] });
      const add = (...subnets: string[]) => vpc.addSubnets({ privateNetworkId, subnets });
      await expect(add('10.41.0.0/25')).rejects.toMatchObject({ name: 'AlreadyExistsError', status: 409 });
      await expect(add('10.41.1.0')).rejects.toMatchObject({
        name: 'InvalidArgumentsError',
        details: [{ argumentName: 'subnets', reason: 'format' }],
      });
      await expect(add()).rejects.toMatchObject({ details: [{ argumentName: 'subnets', reason: 'constraint' }] });
      const remove = (...subnets: string[]) => vpc.deleteSubnets({ privateNetworkId, subnets });
      await expect(remove('10.99.0.0/24')).rejects.toMatchObject({ details: [{ argumentName: 'subnets' }] });
      await plug(privateNetworkId);
      await expect(remove('10.41.0.0/24')).rejects.toThrow(Errors.PreconditionFailedError);
      const nowhere = vpc.addSubnets({ privateNetworkId: randomUUID(), subnets: ['10.42.0.0/24'] });
      await expect(nowhere).rejects.toMatchObject({ name: 'ResourceNotFoundError', resource: 'private_network' });
    });
  });

  describe('routes', () => {
    it('lead to NICs and networks of a VPC', async () => {
      const { id: privateNetworkId, vpcId } = await network();
      const { id: nexthopResourceId } = await plug(privateNetworkId);
      const route = await vpc.createRoute({
        vpcId,
        description: '',
        destination: '192.168.80.0/24',
        nexthopResourceId,
        tags: ['r'],
      });
      expect(route).toMatchObject({
        vpcId,
        description: 'Custom route',
        destination: '192.168.80.0/24',
        nexthopResourceId,
        nexthopPrivateNetworkId: null,
        isReadOnly: false,
        tags: ['r'],
        region: 'fr-par',
      });
      const { id: routeId } = route;
      expect(await vpc.getRoute({ routeId })).toEqual(route);
      const changed = await vpc.updateRoute({
        routeId,
        destination: '192.168.81.0/24',
        nexthopResourceId: '',
        nexthopPrivateNetworkId: privateNetworkId,
      });
      expect(changed).toMatchObject({
        destination: '192.168.81.0/24',
        nexthopResourceId: null,
        nexthopPrivateNetworkId: privateNetworkId,
        tags: ['r'],
      });
      await vpc.deleteRoute({ routeId });
      await expect(vpc.getRoute({ routeId })).rejects.toMatchObject({
        name: 'ResourceNotFoundError',
        resource: 'unknown',
        resourceId: '',
      });
    });

    it('throw the typed errors of the SDK', async () => {
      const { id: nexthopPrivateNetworkId, vpcId } = await network();
      const create = (request: Partial<Vpcv2.CreateRouteRequest>) =>
        vpc.createRoute({
          vpcId,
          description: '',
          destination: '192.168.90.0/24',
          nexthopPrivateNetworkId,
          ...request,
        });
      await create({});
      await expect(create({})).rejects.toMatchObject({ name: 'AlreadyExistsError', resource: 'route' });
      await expect(create({ nexthopPrivateNetworkId: '' })).rejects.toMatchObject({
        name: 'InvalidArgumentsError',
        details: [
          { argumentName: 'nexthop_resource_id', reason: 'required' },
          { argumentName: 'nexthop_private_network_id', reason: 'required' },
        ],
      });
      const unsuitable = create({ destination: '192.168.91.0/24', nexthopResourceId: randomUUID() });
      await expect(unsuitable).rejects.toMatchObject({
        details: [{ argumentName: 'nexthop_resource_id', reason: 'unknown' }],
      });
      await expect(create({ destination: '192.168.91.1/24' })).rejects.toMatchObject({
        details: [{ argumentName: 'destination' }],
      });
      const nowhere = randomUUID();
      await expect(create({ vpcId: nowhere, destination: '192.168.92.0/24' })).rejects.toMatchObject({
        name: 'ResourceNotFoundError',
        resource: 'vpc',
        resourceId: nowhere,
      });
      await expect(vpc.updateRoute({ routeId: randomUUID(), tags: [] })).rejects.toMatchObject({ resource: 'unknown' });
      await expect(vpc.deleteRoute({ routeId: randomUUID() })).rejects.toMatchObject({ resource: 'unknown' });
      const { id: still } = await vpc.createVPC({ name: 'unrouted', enableRouting: false });
      const inside = await network({ vpcId: still });
      await expect(create({ vpcId: still, nexthopPrivateNetworkId: inside.id })).rejects.toThrow(
        Errors.PreconditionFailedError,
      );
    });
  });

  it('tells what is being changed as a transient state', async () => {
    const { id: vpcId } = await vpc.createVPC({ name: 'stuck', enableRouting: true });
    const { id: privateNetworkId } = await network({ name: STUCK.networkName, vpcId });
    const state = { name: 'TransientStateError', status: 409, currentState: expect.any(String) };
    const busy = { ...state, resource: 'private_network', resourceId: privateNetworkId };
    await expect(vpc.deletePrivateNetwork({ privateNetworkId })).rejects.toMatchObject(busy);
    await expect(vpc.addSubnets({ privateNetworkId, subnets: ['10.43.0.0/24'] })).rejects.toMatchObject(busy);
    await expect(vpc.enableRouting({ vpcId })).rejects.toMatchObject(busy);
    const destination = '192.168.99.0/24';
    const route = vpc.createRoute({ vpcId, description: '', destination, nexthopPrivateNetworkId: privateNetworkId });
    await expect(route).rejects.toMatchObject(busy);
    await expect(plug(privateNetworkId)).rejects.toMatchObject(busy);
    await expect(vpc.deleteVPC({ vpcId })).rejects.toThrow(Errors.PreconditionFailedError);
  });
});
