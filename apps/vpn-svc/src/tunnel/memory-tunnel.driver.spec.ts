import { setImmediate as turn } from 'node:timers/promises';
import type { IkePolicy, IpsecPolicy } from '@isthmus/model';
import { MemoryTunnelDriver } from './memory-tunnel.driver';
import { parseTunnelFaults } from './tunnel-fault';
import type { TunnelConnection, TunnelEndpoint, TunnelEvent } from './tunnel.driver';

const { signal } = new AbortController();
const PEER = '203.0.113.9';

const ike: IkePolicy = {
  ikeVersion: 'v2',
  phase1NegotiationMode: null,
  authenticationAlgorithm: 'sha2-256',
  encryptionAlgorithm: 'aes-128',
  dhGroup: 'group15',
  authenticationMethod: 'pre-share',
  lifetimeSeconds: 86_400,
  localIdType: 'ip',
  localId: null,
  peerIdType: 'ip',
  peerId: null,
  dpd: { timeoutSeconds: 15, intervalSeconds: 30, message: 'seq-hash-notify' },
};

const ipsec: IpsecPolicy = {
  authenticationAlgorithm: 'sha2-256',
  encryptionAlgorithm: 'aes-128',
  pfs: 'group15',
  transformProtocol: 'esp',
  lifetimeSeconds: 3_600,
  encapsulationMode: 'tunnel',
};

function endpoint(revision: bigint, id = 'e'): TunnelEndpoint {
  const addresses = { publicAddress: '198.51.100.1', accessAddress: '10.0.0.4', connectAddress: '10.0.0.6' };
  return { id, revision, gatewayId: 'g', zone: 'fr-par-1', role: 'active', ...addresses };
}

function connection(revision: bigint, id = 'c'): TunnelConnection {
  const ends = { localAddress: '198.51.100.1', remote: PEER, localId: '198.51.100.1', remoteId: PEER };
  const children = [{ local: ['10.0.0.0/24'], remote: ['192.168.0.0/24'] }];
  return { id, revision, endpointId: 'e', ...ends, ike, ipsec, children, interface: null, bgp: null };
}

/** A driver with the endpoint `e`, the connection `c` and its SA. */
async function withTunnel(faults = ''): Promise<MemoryTunnelDriver> {
  const driver = new MemoryTunnelDriver(0, faults ? parseTunnelFaults(faults) : []);
  await driver.ensureEndpoint(endpoint(1n), signal);
  await driver.loadConnection(connection(1n), signal);
  await driver.initiate('c', signal);
  return driver;
}

/** What it tells from now on. */
function heard(driver: MemoryTunnelDriver): { events: TunnelEvent[]; stop: () => void } {
  const events: TunnelEvent[] = [];
  return { events, stop: driver.onEvent((event) => events.push(event)) };
}

describe('revisions', () => {
  const announcement = { gatewayId: 'k', bgpAsn: 64_512, subnets: [] };
  const kinds = [
    {
      kind: 'endpoints' as const,
      ensure: (driver: MemoryTunnelDriver, revision: bigint) => driver.ensureEndpoint(endpoint(revision, 'k'), signal),
      remove: (driver: MemoryTunnelDriver, revision: bigint) => driver.removeEndpoint({ id: 'k', revision }, signal),
    },
    {
      kind: 'announcements' as const,
      ensure: (driver: MemoryTunnelDriver, revision: bigint) => driver.announce({ ...announcement, revision }, signal),
      remove: (driver: MemoryTunnelDriver, revision: bigint) => driver.withdraw({ id: 'k', revision }, signal),
    },
    {
      kind: 'secrets' as const,
      ensure: (driver: MemoryTunnelDriver, revision: bigint) =>
        driver.loadSecret({ id: 'k', revision, owners: [], secret: 'x' }, signal),
      remove: (driver: MemoryTunnelDriver, revision: bigint) => driver.unloadSecret({ id: 'k', revision }, signal),
    },
    {
      kind: 'connections' as const,
      ensure: (driver: MemoryTunnelDriver, revision: bigint) =>
        driver.loadConnection(connection(revision, 'k'), signal),
      remove: (driver: MemoryTunnelDriver, revision: bigint) => driver.unloadConnection({ id: 'k', revision }, signal),
    },
  ];

  it.each(kinds)('of $kind decide, in whatever order ensures and removals come', async ({ kind, ensure, remove }) => {
    const driver = await withTunnel();
    const seen = (): bigint | undefined => driver[kind].get('k')?.revision;
    await ensure(driver, 2n);
    await ensure(driver, 1n);
    expect(seen()).toBe(2n);
    await remove(driver, 1n);
    expect(seen()).toBe(2n);
    await remove(driver, 2n);
    await remove(driver, 1n);
    await ensure(driver, 2n);
    expect(seen()).toBeUndefined();
    await ensure(driver, 3n);
    expect(seen()).toBe(3n);
  });

  it.each(kinds)('of $kind are remembered of a removal that came first', async ({ kind, ensure, remove }) => {
    const driver = await withTunnel();
    await remove(driver, 1n);
    await ensure(driver, 1n);
    expect(driver[kind].has('k')).toBe(false);
  });
});

describe('endpoints', () => {
  it('are listed with their health, and tell when it changes', async () => {
    const driver = new MemoryTunnelDriver(0);
    const { events, stop } = heard(driver);
    await driver.ensureEndpoint(endpoint(1n), signal);
    await driver.ensureEndpoint(endpoint(1n), signal);
    driver.failEndpoint('e');
    driver.failEndpoint('e');
    expect(await driver.listEndpoints(signal)).toEqual([{ endpointId: 'e', revision: 1n, isUp: false }]);
    await driver.ensureEndpoint(endpoint(2n), signal);
    expect(await driver.listEndpoints(signal)).toEqual([{ endpointId: 'e', revision: 2n, isUp: true }]);
    await turn();
    expect(events.map(({ type }) => type)).toEqual(['endpoint-up', 'endpoint-down', 'endpoint-up']);
    stop();
    driver.failEndpoint('e');
    await turn();
    expect(events).toHaveLength(3);
  });

  it('stay down when what is ensured is out of date', async () => {
    const driver = new MemoryTunnelDriver(0);
    await driver.ensureEndpoint(endpoint(2n), signal);
    driver.failEndpoint('e');
    await driver.ensureEndpoint(endpoint(1n), signal);
    expect(await driver.listEndpoints(signal)).toEqual([{ endpointId: 'e', revision: 2n, isUp: false }]);
  });

  it.each([
    {
      how: 'fail',
      lose: (driver: MemoryTunnelDriver): unknown => driver.failEndpoint('e'),
      left: 1,
      types: ['ike', 'endpoint'],
    },
    {
      how: 'are removed',
      lose: (driver: MemoryTunnelDriver): unknown => driver.removeEndpoint({ id: 'e', revision: 1n }, signal),
      left: 0,
      types: ['ike'],
    },
    { how: 'vanish', lose: (driver: MemoryTunnelDriver): unknown => driver.forget('e'), left: 0, types: [] },
  ])('take their tunnels along when they $how', async ({ lose, left, types }) => {
    const driver = await withTunnel();
    await turn();
    const { events } = heard(driver);
    await lose(driver);
    expect([driver.sas.size, driver.connections.size]).toEqual([0, left]);
    await turn();
    expect(events.map(({ type }) => type)).toEqual(types.map((type) => `${type}-down`));
  });
});

describe('connections', () => {
  it('need their endpoint, and to be initiated that it is up', async () => {
    const driver = new MemoryTunnelDriver(0);
    await expect(driver.loadConnection(connection(1n), signal)).rejects.toMatchObject({ code: 'not-found' });
    await expect(driver.initiate('c', signal)).rejects.toMatchObject({ code: 'not-found' });
    await driver.ensureEndpoint(endpoint(1n), signal);
    await driver.loadConnection(connection(1n), signal);
    driver.failEndpoint('e');
    await expect(driver.initiate('c', signal)).rejects.toMatchObject({ code: 'unavailable' });
    await driver.ensureEndpoint(endpoint(1n), signal);
    expect(await driver.initiate('c', signal)).toBe(true);
  });

  it('have an SA from their initiation until they are terminated, dropped, changed or unloaded', async () => {
    const driver = await withTunnel();
    const sa = { connectionId: 'c', endpointId: 'e', state: 'established' };
    expect(await driver.listSas(signal)).toEqual([{ ...sa, revision: 1n }]);
    const { events } = heard(driver);
    const endings = [
      () => driver.terminate('c', signal),
      () => driver.dropSa('c'),
      () => driver.loadConnection(connection(2n), signal),
      () => driver.unloadConnection({ id: 'c', revision: 2n }, signal),
    ];
    for (const end of endings) {
      await driver.initiate('c', signal);
      await end();
      expect(await driver.listSas(signal)).toEqual([]);
    }
    await turn();
    expect(events.filter(({ type }) => type === 'ike-down')).toHaveLength(4);
    await expect(driver.initiate('c', signal)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('keep their SA when they are loaded again as they are', async () => {
    const driver = await withTunnel();
    await driver.loadConnection(connection(1n), signal);
    expect(await driver.initiate('c', signal)).toBe(true);
    expect(driver.sas.size).toBe(1);
    expect(await driver.listConnections(signal)).toEqual([{ connectionId: 'c', revision: 1n }]);
  });

  it('wait for a peer that does not answer', async () => {
    const driver = await withTunnel();
    driver.unreachablePeers.add(PEER);
    driver.dropSa('c');
    expect([await driver.initiate('c', signal), driver.sas.size]).toEqual([false, 0]);
    driver.unreachablePeers.clear();
    expect([await driver.initiate('c', signal), driver.sas.size]).toEqual([true, 1]);
  });
});

describe('trouble', () => {
  it('strikes as often as a rule says, before or after the effect, where it is meant to', async () => {
    const driver = await withTunnel(
      JSON.stringify([
        { call: 'ensureEndpoint', id: 'f', times: 1, code: 'unavailable', message: 'Away.' },
        { call: 'removeEndpoint', times: 1, code: 'fault', message: 'Lost.', isAfterEffect: true },
      ]),
    );
    await expect(driver.ensureEndpoint(endpoint(1n, 'f'), signal)).rejects.toMatchObject({ code: 'unavailable' });
    expect(driver.endpoints.has('f')).toBe(false);
    await driver.ensureEndpoint(endpoint(1n, 'f'), signal);
    const removal = { id: 'f', revision: 1n };
    await expect(driver.removeEndpoint(removal, signal)).rejects.toMatchObject({ code: 'fault' });
    expect(driver.endpoints.has('f')).toBe(false);
  });

  it('makes a peer silent by a rule on initiate, and the driver fail by any other code', async () => {
    const silence = { call: 'initiate', id: PEER, times: 1, code: 'deadline-exceeded', message: 'No answer.' };
    const failure = { call: 'initiate', id: 'c', times: 1, code: 'unavailable', message: 'Away.' };
    const driver = new MemoryTunnelDriver(0, parseTunnelFaults(JSON.stringify([silence, failure])));
    await driver.ensureEndpoint(endpoint(1n), signal);
    await driver.loadConnection(connection(1n), signal);
    expect(await driver.initiate('c', signal)).toBe(false);
    await expect(driver.initiate('c', signal)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await driver.initiate('c', signal)).toBe(true);
  });

  it('ends a call that its caller gives up, without its effect', async () => {
    const driver = new MemoryTunnelDriver(60_000);
    const giveUp = new AbortController();
    const call = driver.ensureEndpoint(endpoint(1n), giveUp.signal);
    giveUp.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    expect(driver.endpoints.size).toBe(0);
  });

  it('is refused at boot when its code or call is unknown', () => {
    expect(() => parseTunnelFaults('[{"call":"ensurePort","code":"fault","message":""}]')).toThrow(/ensurePort/);
    expect(() => parseTunnelFaults('[{"call":"announce","code":"nonsense","message":""}]')).toThrow(/nonsense/);
  });
});
