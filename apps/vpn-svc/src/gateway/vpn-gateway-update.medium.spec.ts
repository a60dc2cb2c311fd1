import { randomUUID } from 'node:crypto';
import type { AddressView, VpnGatewayView } from '@isthmus/model';
import { violations } from '@isthmus/testing';
import { ConnectionCommands, ipOf } from '../../test/connections';
import { GatewayCommands, pairOf, resourcesInUse } from '../../test/gateways';
import { startVpnApp, type VpnApp } from '../../test/vpn-app';

let vpn: VpnApp;
let gateways: GatewayCommands;
let connections: ConnectionCommands;

beforeAll(async () => {
  vpn = await startVpnApp();
  gateways = new GatewayCommands(vpn);
  connections = new ConnectionCommands(vpn);
});

afterEach(async () => {
  vpn.probe.disarm();
  expect(await violations(vpn.database)).toEqual([]);
});

afterAll(() => vpn.stop());

describe('an update', () => {
  it('changes name, local subnets and policy template, and nothing that the endpoints have', async () => {
    const gateway = await gateways.made(gateways.create(await gateways.site(), { flavor: 'Professional1-NonFixedIP' }));
    const template = {
      ike: {
        ...{ encryptionAlgorithm: 'aes-256' as const, dhGroup: 'group16' as const },
        ...{ authenticationAlgorithm: 'sha2-512' as const, lifetimeSeconds: 3_600 },
      },
      ipsec: {
        ...{ encryptionAlgorithm: 'aes-256' as const, pfs: 'group16' as const },
        ...{ authenticationAlgorithm: 'sha2-512' as const, lifetimeSeconds: 1_800 },
      },
    };
    const change = { name: 'renamed', localSubnets: ['10.1.1.0/24', '10.1.2.0/24'], policyTemplate: template };
    const { resource } = await vpn.succeed(gateways.update(gateway.id, change));
    expect(resource).toMatchObject({ ...change, state: 'updating' });
    const after = await gateways.get(gateway.id);
    expect(after).toEqual({ ...gateway, ...change, updatedAt: expect.any(String) });
    expect(after.updatedAt > gateway.updatedAt).toBe(true);
    expect(vpn.driver.announcements.get(gateway.id)?.subnets).toEqual(change.localSubnets);
    await gateways.remove(gateway.id);
  });

  it('of the name alone touches no endpoint', async () => {
    const gateway = await gateways.made(gateways.create(await gateways.site()));
    const { operation } = await vpn.succeed(gateways.update(gateway.id, { name: 'renamed' }));
    expect((await vpn.ended(operation.id)).steps.map(({ name }) => name)).toEqual(['announce-local-subnets']);
    expect(await gateways.get(gateway.id)).toMatchObject({ name: 'renamed', localSubnets: gateway.localSubnets });
    await gateways.remove(gateway.id);
  });

  it('that fails leaves everything as it was', async () => {
    const site = await gateways.site();
    const gateway = await gateways.made(gateways.create(site, { networkType: 'public' }));
    const eip = await gateways.bookEip();
    const before = await resourcesInUse(vpn);
    vpn.probe.arm('after', 'do', 'announce-local-subnets', 1, () => Promise.reject(new Error('broken')));
    const change = { name: 'renamed', localSubnets: ['10.1.1.0/24'], eipId1: eip.id };
    const { operation } = await gateways.update(gateway.id, change);
    expect(await vpn.ended(operation.id)).toMatchObject({ state: 'failure' });
    expect(await gateways.get(gateway.id)).toEqual({ ...gateway, updatedAt: expect.any(String) });
    expect(await resourcesInUse(vpn)).toEqual(before);
    await gateways.remove(gateway.id);
  });

  it.each([
    ['a foreign name', { name: 'a b' }, 'name'],
    ['subnets of the other family', { localSubnetsV6: ['fd00::/64'] }, 'localSubnetsV6'],
    ['host bits', { localSubnets: ['10.0.0.1/8'] }, 'localSubnets'],
    ['an EIP', { eipId2: randomUUID() }, 'eipId2'],
    ['a policy template', { policyTemplate: {} as never }, 'policyTemplate'],
  ])('refuses %s for a private gateway of fixed peers', async (_what, change, field) => {
    const gateway = await gateways.made(gateways.create(await gateways.site()));
    await expect(gateways.update(gateway.id, change)).rejects.toMatchObject({
      code: 'invalid-argument',
      meta: { violations: [{ field }] },
    });
    await gateways.remove(gateway.id);
  });
});

describe('an update of EIPs', () => {
  let gateway: VpnGatewayView;
  let one: AddressView;
  let two: AddressView;

  beforeEach(async () => {
    [one, two] = [await gateways.bookEip('fr-par-1'), await gateways.bookEip('fr-par-2')];
    const site = await gateways.site();
    gateway = await gateways.made(gateways.create(site, { networkType: 'public', eip2: { id: two.id } }));
  });

  afterEach(() => gateways.remove(gateway.id));

  const eipsNow = async (): Promise<(string | undefined | null)[]> =>
    pairOf(await gateways.get(gateway.id)).map(({ eip }) => eip?.addressId);
  const drivenNow = (): (string | null | undefined)[] =>
    pairOf(gateway).map(({ id }) => vpn.driver.endpoints.get(id)?.publicAddress);

  it('puts a booked one in the place of a made one, which is free again', async () => {
    const made = pairOf(gateway)[0].eip;
    const { resource } = await vpn.succeed(gateways.update(gateway.id, { eipId1: one.id, eipId2: two.id }));
    expect(resource).toMatchObject({ state: 'updating', endpoints: [{ eip: made }, {}] });
    const [first] = pairOf(await gateways.get(gateway.id));
    expect(first.eip).toMatchObject({ addressId: one.id, address: one.address, isMadeForGateway: false });
    expect(drivenNow()).toEqual([one.address, two.address]);
    expect(await vpn.ipam('address.list', { addressIds: [made?.addressId ?? ''] })).toEqual([]);
    expect((await gateways.addressesOf(gateway.id)).length).toBe(6);
  });

  it('leaves a booked one that goes booked and detached', async () => {
    await vpn.succeed(gateways.update(gateway.id, { eipId2: one.id }));
    expect((await eipsNow())[1]).toBe(one.id);
    const [left] = await vpn.ipam('address.list', { addressIds: [two.id] });
    expect(left).toMatchObject({ isReserved: true, owner: null });
  });

  it('lets both endpoints exchange theirs', async () => {
    await vpn.succeed(gateways.update(gateway.id, { eipId1: one.id }));
    await vpn.succeed(gateways.update(gateway.id, { eipId1: two.id, eipId2: one.id }));
    expect(await eipsNow()).toEqual([two.id, one.id]);
    expect(drivenNow()).toEqual([two.address, one.address]);
    const held = await vpn.ipam('address.list', { addressIds: [one.id, two.id] });
    expect(held.map(({ owner }) => owner?.id)).toEqual([gateway.id, gateway.id]);
  });

  it('refuses one EIP for both endpoints', async () => {
    const bound = { code: 'invalid-argument', meta: { precondition: 'eip-is-bound' } };
    await expect(gateways.update(gateway.id, { eipId1: two.id })).rejects.toMatchObject(bound);
    await expect(gateways.update(gateway.id, { eipId1: one.id, eipId2: one.id })).rejects.toMatchObject(bound);
  });

  it('refuses an EIP that is not there, or that something else has', async () => {
    const eipId1 = randomUUID();
    await expect(gateways.update(gateway.id, { eipId1 })).rejects.toMatchObject({ code: 'not-found' });
    const rival = await gateways.made(
      gateways.create(await gateways.site(), { networkType: 'public', eip1: { id: one.id } }),
    );
    await expect(gateways.update(gateway.id, { eipId1: one.id })).rejects.toMatchObject({
      code: 'conflict',
      meta: { precondition: 'eip-is-bound' },
    });
    await gateways.remove(rival.id);
  });

  it('refuses to change one that connections end at, and changes the other', async () => {
    const { id: customerId } = await connections.customerGateway();
    const command = connections.command(gateway, customerId, { gatewayIp: ipOf(gateway, 2) });
    const connection = await connections.made(connections.create(command));
    await expect(gateways.update(gateway.id, { eipId2: one.id })).rejects.toMatchObject({
      code: 'precondition-failed',
      message: expect.stringContaining(two.address),
      meta: { precondition: 'gateway-has-connections' },
    });
    await vpn.succeed(gateways.update(gateway.id, { eipId1: one.id }));
    expect(await eipsNow()).toEqual([one.id, two.id]);
    await vpn.succeed(connections.delete(connection.id));
  });
});
