import { parseFabricFaults } from './fabric-fault';
import type { FabricNetwork } from './fabric.driver';
import { MemoryFabricDriver } from './memory-fabric.driver';

const { signal } = new AbortController();

function network(revision: bigint, name = 'net'): FabricNetwork {
  return { id: 'n', revision, name, zone: null, vni: 1, routerId: null, subnets: [], dhcp: null };
}

describe('the memory fabric', () => {
  it('keeps the highest revision, in whatever order they come', async () => {
    const fabric = new MemoryFabricDriver(0);
    await fabric.ensureNetwork(network(2n, 'new'), signal);
    await fabric.ensureNetwork(network(1n, 'old'), signal);
    expect(fabric.networks.get('n')?.name).toBe('new');
    await fabric.removeNetwork('n', signal);
    await fabric.removeNetwork('n', signal);
    expect(fabric.networks.size).toBe(0);
  });

  it('fails as often as a rule says, before or after the effect', async () => {
    const faults = parseFabricFaults(
      JSON.stringify([
        { call: 'ensureNetwork', networkName: 'net', times: 1, code: 'unavailable', message: 'Away.' },
        { call: 'removeNetwork', times: 1, code: 'fault', message: 'Lost.', isAfterEffect: true },
      ]),
    );
    const fabric = new MemoryFabricDriver(0, faults);
    await fabric.ensureNetwork(network(1n, 'other'), signal);
    await expect(fabric.ensureNetwork(network(2n), signal)).rejects.toMatchObject({ code: 'unavailable' });
    expect(fabric.networks.get('n')?.name).toBe('other');
    await fabric.ensureNetwork(network(2n), signal);
    await expect(fabric.removeNetwork('n', signal)).rejects.toMatchObject({ code: 'fault' });
    expect(fabric.networks.size).toBe(0);
  });

  it('keeps routers and routes, and fails a route by the name of its network', async () => {
    const rule = { call: 'ensureRoute' as const, networkName: 'net', times: 1, code: 'fault' as const, message: 'No.' };
    const fabric = new MemoryFabricDriver(0, [rule]);
    await fabric.ensureRouter({ id: 'v', revision: 1n }, signal);
    await fabric.ensureNetwork({ ...network(1n), routerId: 'v' }, signal);
    const route = { id: 'r', routerId: 'v', destination: '10.0.0.0/8', networkId: 'n', nextHop: null, revision: 1n };
    await expect(fabric.ensureRoute(route, signal)).rejects.toMatchObject({ code: 'fault' });
    await fabric.ensureRoute(route, signal);
    expect([fabric.routers.size, fabric.routes.get('r')]).toEqual([1, route]);
    await fabric.removeRoute({ id: 'r', revision: 1n }, signal);
    await fabric.removeRouter('v', signal);
    expect([fabric.routers.size, fabric.routes.size]).toEqual([0, 0]);
  });

  it('keeps peerings, and ignores what comes late on either way', async () => {
    const fabric = new MemoryFabricDriver(0);
    const peering = { id: 'p', peerId: 'q', networkId: 'n', routerId: 'v', destinations: ['10.0.0.0/8'] };
    await fabric.ensurePeering({ ...peering, revision: 4n }, signal);
    await fabric.removePeering({ id: 'p', revision: 3n }, signal);
    expect(fabric.peerings.get('p')?.revision).toBe(4n);
    await fabric.removePeering({ id: 'p', revision: 5n }, signal);
    await fabric.ensurePeering({ ...peering, revision: 4n }, signal);
    expect(fabric.peerings.size).toBe(0);
    await fabric.ensurePeering({ ...peering, revision: 6n }, signal);
    expect(fabric.peerings.size).toBe(1);
  });

  it('ignores ports and routes that come after their removal, and removals that come after a newer one', async () => {
    const fabric = new MemoryFabricDriver(0);
    const port = { id: 'p', networkId: 'n', macAddress: '02:00:00:00:00:01', addresses: ['10.0.0.2'] };
    const route = { id: 'r', routerId: 'v', destination: '10.0.0.0/8', networkId: 'n', nextHop: null };
    const ensure = (revision: bigint) =>
      Promise.all([
        fabric.ensurePort({ ...port, revision }, signal),
        fabric.ensureRoute({ ...route, revision }, signal),
      ]);
    const remove = (revision: bigint) =>
      Promise.all([
        fabric.removePort({ id: 'p', revision }, signal),
        fabric.removeRoute({ id: 'r', revision }, signal),
      ]);
    await ensure(2n);
    await remove(1n);
    expect([fabric.ports.size, fabric.routes.size]).toEqual([1, 1]);
    await remove(2n);
    await remove(1n);
    await ensure(2n);
    expect([fabric.ports.size, fabric.routes.size]).toEqual([0, 0]);
    await ensure(3n);
    expect([fabric.ports.size, fabric.routes.size]).toEqual([1, 1]);
  });

  it('refuses a fault rule with an unknown code or call at boot', () => {
    expect(() => parseFabricFaults('[{"call":"ensureTunnel","code":"fault","message":""}]')).toThrow(/ensureTunnel/);
    expect(() => parseFabricFaults('[{"call":"ensurePort","code":"nonsense","message":""}]')).toThrow(/nonsense/);
    expect(parseFabricFaults(undefined)).toEqual([]);
  });
});
