import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
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
import type { NetworkConfig } from '../src/config';

/** network-svc in this process, with a database and a Redis of its own and ipam-svc as a real process beside it. */
export interface NetworkApp extends DomainApp {
  app: INestApplicationContext;
  database: TestDatabase;
  /** Strikes in the middle of sagas. */
  probe: StrikingProbe;
  stop(): Promise<void>;
}

export async function startNetworkApp(settings: Partial<NetworkConfig> = {}): Promise<NetworkApp> {
  const [database, redis] = await Promise.all([createTestDatabase(), startTestRedis()]);
  const ipam = await startService('ipam-svc', { DATABASE_URL: database.url, REDIS_URL: redis.url });
  const logger = createLogger('network-svc', 'silent');
  const config: NetworkConfig = {
    fabricLatencyMs: 0,
    fabricFaults: undefined,
    isInstanceRegistryOpen: true,
    operationLeaseMs: 60_000,
    operationDeadlineMs: 0,
    peeringReconcileMs: 5_000,
    quotas: { vpc: 1_000, 'private-network': 1_000, route: 1_000 },
    databaseUrl: database.url,
    redisUrl: redis.url,
    ...settings,
  };
  const probe = new StrikingProbe();
  const retries = { budget: 8, firstDelayMs: 1, maxDelayMs: 10, stuckAfter: 50 };
  const module = AppModule.forRoot(config, logger, { probe, retries, sweepEveryMs: 50 });
  const app = await NestFactory.createApplicationContext(module, { logger: new NestLog(logger) });
  return {
    ...domainApp('network', database),
    app,
    database,
    probe,
    stop: async () => {
      await app.close();
      await ipam.signal('SIGTERM');
      await redis.stop();
      await database.drop();
    },
  };
}
