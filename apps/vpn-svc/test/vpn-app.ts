import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { load } from 'js-yaml';
import type { IpamCalls, NetworkCalls } from '@isthmus/contracts';
import { RpcCaller } from '@isthmus/rpc';
import { createLogger, NestLog } from '@isthmus/telemetry';
import {
  createTestDatabase,
  type DomainApp,
  domainApp,
  startService,
  startTestRedis,
  StrikingProbe,
  type TestDatabase,
} from '@isthmus/testing';
import { AppModule } from '../src/app.module';
import type { VpnConfig } from '../src/config';
import { Availability } from '../src/placement/availability';
import { TunnelDriver } from '../src/tunnel/tunnel.driver';
import type { MemoryTunnelDriver } from '../src/tunnel/memory-tunnel.driver';

/** vpn-svc in this process, with a database and a Redis of its own and the other services as real processes beside it. */
export interface VpnApp extends DomainApp {
  app: INestApplicationContext;
  database: TestDatabase;
  driver: MemoryTunnelDriver;
  /** Strikes in the middle of sagas. */
  probe: StrikingProbe;
  /** Asks the services beside it in the project's name. */
  network<P extends keyof NetworkCalls & string>(
    pattern: P,
    request: NetworkCalls[P]['request'],
  ): Promise<NetworkCalls[P]['response']>;
  ipam<P extends keyof IpamCalls & string>(
    pattern: P,
    request: IpamCalls[P]['request'],
  ): Promise<IpamCalls[P]['response']>;
  stop(): Promise<void>;
}

export async function startVpnApp(settings: Partial<VpnConfig> = {}): Promise<VpnApp> {
  const [database, redis] = await Promise.all([createTestDatabase(), startTestRedis()]);
  const stores = { DATABASE_URL: database.url, REDIS_URL: redis.url };
  const beside = await Promise.all([startService('ipam-svc', stores), startService('network-svc', stores)]);
  const logger = createLogger('vpn-svc', 'silent');
  const config: VpnConfig = {
    databaseUrl: database.url,
    redisUrl: redis.url,
    masterKey: randomBytes(32),
    availability: new Availability(load(readFileSync('config/vpn.yaml', 'utf8')) as never),
    zoneCapacity: 1_000,
    connectionLimit: 200,
    tunnelLatencyMs: 0,
    tunnelFaults: [],
    operationLeaseMs: 60_000,
    operationDeadlineMs: 0,
    reconcileMs: 0,
    quotas: { 'vpn-gateway': 1_000, 'customer-gateway': 1_000, 'vpn-connection': 1_000 },
    ...settings,
  };
  const probe = new StrikingProbe();
  const retries = { budget: 8, firstDelayMs: 1, maxDelayMs: 10, stuckAfter: 50 };
  const module = AppModule.forRoot(config, logger, { probe, retries, sweepEveryMs: 50 });
  const app = await NestFactory.createApplicationContext(module, { logger: new NestLog(logger) });
  const domain = domainApp('vpn', database);
  const rpc = app.get(RpcCaller);
  const inProject = { projectId: domain.projectId, principal: 'test' };
  return {
    ...domain,
    app,
    database,
    driver: app.get(TunnelDriver),
    probe,
    network: (pattern, request) => rpc.call<NetworkCalls, typeof pattern>('network', pattern, request, inProject),
    ipam: (pattern, request) => rpc.call<IpamCalls, typeof pattern>('ipam', pattern, request, inProject),
    stop: async () => {
      await app.close();
      await Promise.all(beside.map((service) => service.signal('SIGTERM')));
      await redis.stop();
      await database.drop();
    },
  };
}
