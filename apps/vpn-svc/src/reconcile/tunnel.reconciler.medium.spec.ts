import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import type { VpnEndpointView, VpnGatewayView } from '@isthmus/model';
import { createLogger, NestLog } from '@isthmus/telemetry';
import { until } from '@isthmus/testing';
import { becomes, Tunnels } from '../../test/tunnels';
import { startVpnApp, type VpnApp } from '../../test/vpn-app';
import { AppModule } from '../app.module';
import { VPN_CONFIG, type VpnConfig } from '../config';
import { ConnectionReader } from '../connection/connection.reader';
import { VpnGatewayUpdateService } from '../gateway/vpn-gateway-update.service';
import { MemoryTunnelDriver } from '../tunnel/memory-tunnel.driver';
import type { TunnelFault } from '../tunnel/tunnel-fault';
import { TunnelDriver } from '../tunnel/tunnel.driver';

const RECONCILE_MS = 100;

let vpn: VpnApp;
let driver: MemoryTunnelDriver;
let tunnels: Tunnels;

beforeAll(async () => {
  vpn = await startVpnApp({ reconcileMs: RECONCILE_MS });
  driver = vpn.driver;
  tunnels = new Tunnels(vpn);
}, 60_000);
afterAll(() => vpn.stop());

afterEach(() => {
  driver.faults.length = 0;
  driver.unreachablePeers.clear();
});

function both({ endpoints: [one, two] }: VpnGatewayView): [VpnEndpointView, VpnEndpointView] {
  if (!one || !two) throw new Error('the gateway has no pair of endpoints');
  return [one, two];
}

async function healths(gatewayId: string): Promise<string[]> {
  return (await tunnels.seen(gatewayId)).endpoints.map(({ health }) => health);
}

async function tunnelOf(connectionId: string): Promise<string> {
  return (await vpn.app.get(ConnectionReader).get(connectionId, vpn.context())).tunnel;
}

/** The endpoint cannot be brought back until what is answered is called. */
function breakDown(...endpointIds: string[]): () => void {
  const rules = endpointIds.map((id): TunnelFault => ({
    call: 'ensureEndpoint',
    id,
    code: 'unavailable',
    message: 'It is broken.',
  }));
  driver.faults.push(...rules);
  for (const id of endpointIds) driver.failEndpoint(id);
  return () => void (driver.faults.length = 0);
}

describe('an endpoint that fails', () => {
  it('is told of and brought back, and its gateway stays active', async () => {
    const gateway = await tunnels.gateway();
    const [failing] = both(gateway);
    driver.failEndpoint(failing.id);
    const events = ['vpn_gateway.endpoint_down', 'vpn_gateway.endpoint_up'];
    await becomes('what was told', events, () => tunnels.events(gateway.id));
    const restored = await tunnels.seen(gateway.id);
    expect(restored).toMatchObject({ state: 'active', endpoints: [{ health: 'up' }, { health: 'up' }] });
    expect(restored.updatedAt > gateway.updatedAt).toBe(true);
    expect(await driver.listEndpoints(new AbortController().signal)).toContainEqual(
      expect.objectContaining({ endpointId: failing.id, isUp: true }),
    );
  });

  it('is down for its clients as long as it cannot be brought back, and keeps no other gateway waiting', async () => {
    const [gateway, other] = [await tunnels.gateway(), await tunnels.gateway()];
    const [one, two] = both(gateway);
    const mend = breakDown(one.id);
    await becomes('its health', ['down', 'up'], () => healths(gateway.id));
    const [another] = both(other);
    driver.failEndpoint(another.id);
    const events = ['vpn_gateway.endpoint_down', 'vpn_gateway.endpoint_up'];
    await becomes('what was told of the other', events, () => tunnels.events(other.id));
    mend();
    breakDown(two.id);
    await becomes('its health', ['up', 'down'], () => healths(gateway.id));
    expect((await tunnels.seen(gateway.id)).state).toBe('active');
  });

  it('takes its tunnels along, and they come back with it', async () => {
    const gateway = await tunnels.gateway();
    const [one, two] = both(gateway);
    const { connection } = await tunnels.connection(gateway, 1);
    expect(await tunnelOf(connection.id)).toBe('up');
    const mend = breakDown(one.id, two.id);
    await becomes('its health', ['down', 'down'], () => healths(gateway.id));
    await becomes('its tunnel', 'down', () => tunnelOf(connection.id));
    expect((await tunnels.seen(gateway.id)).state).toBe('active');
    mend();
    await becomes('its health', ['up', 'up'], () => healths(gateway.id));
    await becomes('its tunnel', 'up', () => tunnelOf(connection.id));
    expect(await tunnels.events(connection.id)).toEqual(['vpn_connection.down', 'vpn_connection.up']);
  });
});

describe('a standby endpoint', () => {
  const rolesOf = async (gatewayId: string): Promise<string[]> =>
    (await tunnels.seen(gatewayId)).endpoints.map(({ role }) => role);

  it('takes over from the active one, and keeps its role when that comes back', async () => {
    const gateway = await tunnels.gateway({ haMode: 'active-standby' });
    const [active, standby] = both(gateway);
    const mend = breakDown(active.id);
    await becomes('its roles', ['standby', 'active'], () => rolesOf(gateway.id));
    await until('the driver knows', () => driver.endpoints.get(standby.id)?.role === 'active');
    const [told] = await vpn.database.query<{ payload: unknown }>(
      `SELECT payload FROM ops.event WHERE resource_id = $1 AND type = 'vpn_gateway.failed_over'`,
      [gateway.id],
    );
    expect(told?.payload).toEqual({ from: active.id, to: standby.id });
    mend();
    await becomes('its health', ['up', 'up'], () => healths(gateway.id));
    await until('the driver knows', () => driver.endpoints.get(active.id)?.role === 'standby');
    const events = ['endpoint_down', 'failed_over', 'endpoint_up'].map((type) => `vpn_gateway.${type}`);
    expect([await rolesOf(gateway.id), await tunnels.events(gateway.id)]).toEqual([['standby', 'active'], events]);
  });

  it('does not take over while it is down itself', async () => {
    const gateway = await tunnels.gateway({ haMode: 'active-standby' });
    const [active, standby] = both(gateway);
    breakDown(standby.id);
    await becomes('its health', ['up', 'down'], () => healths(gateway.id));
    breakDown(active.id);
    await becomes('its health', ['down', 'down'], () => healths(gateway.id));
    expect(await rolesOf(gateway.id)).toEqual(['active', 'standby']);
  });
});

describe('a tunnel', () => {
  it('that is lost is told of and built again', async () => {
    const { connection } = await tunnels.connection(await tunnels.gateway(), 2);
    driver.dropSa(connection.id);
    await becomes('what was told', ['vpn_connection.down', 'vpn_connection.up'], () => tunnels.events(connection.id));
    expect([await tunnelOf(connection.id), driver.sas.has(connection.id)]).toEqual(['up', true]);
  });

  it('stays down while the peer does not answer, and comes up with it', async () => {
    const { connection, peer } = await tunnels.connection(await tunnels.gateway(), 1);
    driver.unreachablePeers.add(peer);
    driver.dropSa(connection.id);
    await becomes('it', 'down', () => tunnelOf(connection.id));
    const initiated = jest.spyOn(driver, 'initiate');
    await until(
      'it is tried twice again',
      () => initiated.mock.calls.filter(([id]) => id === connection.id).length > 1,
    );
    initiated.mockRestore();
    expect(await tunnelOf(connection.id)).toBe('down');
    driver.unreachablePeers.clear();
    await becomes('it', 'up', () => tunnelOf(connection.id));
    expect(await tunnels.events(connection.id)).toEqual(['vpn_connection.down', 'vpn_connection.up']);
  });

  it('has its routes set anew now and then, not while it is being changed', async () => {
    const { connection } = await tunnels.connection(await tunnels.gateway(), 1);
    const routes = (): Promise<unknown[]> =>
      vpn.database.query('SELECT destination FROM network.vpn_route WHERE connection_id = $1', [connection.id]);
    expect(await routes()).toHaveLength(1);
    await vpn.database.query(`UPDATE vpn.connection SET state = 'updating' WHERE id = $1`, [connection.id]);
    await vpn.database.query('DELETE FROM network.vpn_route WHERE connection_id = $1', [connection.id]);
    const { connection: later } = await tunnels.connection(await tunnels.gateway(), 1);
    await vpn.database.query('DELETE FROM network.vpn_route WHERE connection_id = $1', [later.id]);
    await until(
      'the routes of the other are there again',
      async () =>
        (await vpn.database.query('SELECT 1 FROM network.vpn_route WHERE connection_id = $1', [later.id])).length,
    );
    expect(await routes()).toEqual([]);
    await vpn.database.query(`UPDATE vpn.connection SET state = 'active' WHERE id = $1`, [connection.id]);
    await until('its routes are there again', async () => (await routes()).length);
  });
});

describe('what vanishes from the driver', () => {
  it('is restored, whatever it is, and was never down', async () => {
    const gateway = await tunnels.gateway();
    const [one, two] = both(gateway);
    const { connection } = await tunnels.connection(gateway, 1);
    for (const id of [one.id, two.id, gateway.id]) driver.forget(id);
    await until('the tunnel is there', () => driver.sas.has(connection.id) && driver.announcements.has(gateway.id));
    driver.forget(connection.id);
    await until('the tunnel is there', () => driver.sas.has(connection.id));
    expect([...driver.endpoints.keys()]).toEqual(expect.arrayContaining([one.id, two.id]));
    expect([await tunnels.events(gateway.id), await tunnels.events(connection.id)]).toEqual([[], []]);
  });

  it('is restored by a service that starts with an empty driver', async () => {
    const gateway = await tunnels.gateway();
    const { connection } = await tunnels.connection(gateway, 2);
    const restarted = await startBeside();
    const fresh = restarted.get<TunnelDriver, MemoryTunnelDriver>(TunnelDriver);
    await until('the tunnel is there', () => fresh.sas.has(connection.id));
    await restarted.close();
    expect(fresh.endpoints.get(both(gateway)[0].id)).toEqual(driver.endpoints.get(both(gateway)[0].id));
    expect(fresh.connections.get(connection.id)).toEqual(driver.connections.get(connection.id));
    expect(fresh.secrets.get(connection.id)).toEqual(driver.secrets.get(connection.id));
    expect(fresh.announcements.get(gateway.id)).toEqual(driver.announcements.get(gateway.id));
    expect([await tunnels.events(gateway.id), await tunnels.events(connection.id)]).toEqual([[], []]);
  });

  it('is not called down by a service that is stopped while it restores it', async () => {
    const gateway = await tunnels.gateway();
    const [one] = both(gateway);
    const ensured = jest.spyOn(MemoryTunnelDriver.prototype, 'ensureEndpoint').mockImplementation(
      (_endpoint, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    );
    const stopped = await startBeside();
    await until('it is at it', () => ensured.mock.calls.some(([{ id }]) => id === one.id));
    await stopped.close();
    ensured.mockRestore();
    expect([await healths(gateway.id), await tunnels.events(gateway.id)]).toEqual([['up', 'up'], []]);
  });

  it('is not restored while an operation is at work on it', async () => {
    const gateway = await tunnels.gateway();
    const [one] = both(gateway);
    const letGo = vpn.probe.hold('before', 'do', 'announce-local-subnets');
    const command = { gatewayId: gateway.id, localSubnets: ['10.200.0.0/24'] };
    const { operation } = await vpn.app.get(VpnGatewayUpdateService).update(command, vpn.context());
    driver.forget(one.id);
    const other = await tunnels.gateway();
    driver.failEndpoint(both(other)[0].id);
    await becomes('what was told of the other', 2, async () => (await tunnels.events(other.id)).length);
    expect(driver.endpoints.has(one.id)).toBe(false);
    letGo();
    expect((await vpn.ended(operation.id)).state).toBe('success');
    await until('it is there', () => driver.endpoints.has(one.id));
    expect(await tunnels.events(gateway.id)).toEqual([]);
  });
});

/** Another vpn-svc with a driver of its own on the same database and bus. */
function startBeside(): Promise<INestApplicationContext> {
  const logger = createLogger('vpn-svc', 'silent');
  const config = vpn.app.get<symbol, VpnConfig>(VPN_CONFIG);
  return NestFactory.createApplicationContext(AppModule.forRoot(config, logger), { logger: new NestLog(logger) });
}
