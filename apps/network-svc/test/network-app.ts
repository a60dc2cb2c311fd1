import { randomUUID } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Accepted } from '@isthmus/model';
import { RpcContext } from '@isthmus/rpc';
import { createLogger, NestLog } from '@isthmus/telemetry';
import {
  createTestDatabase,
  type EndedOperation,
  startService,
  startTestRedis,
  StrikingProbe,
  type TestDatabase,
  until,
} from '@isthmus/testing';
import { AppModule } from '../src/app.module';
import type { NetworkConfig } from '../src/config';

/** network-svc in this process, with a database and a Redis of its own and ipam-svc as a real process beside it. */
export interface NetworkApp {
  app: INestApplicationContext;
  database: TestDatabase;
  /** Strikes in the middle of sagas. */
  probe: StrikingProbe;
  projectId: string;
  /** A request of the project, or of another one. */
  context(projectId?: string): RpcContext;
  ended(operationId: string): Promise<EndedOperation>;
  /** Waits for the operation and throws unless it succeeded. */
  succeed<T extends Accepted<unknown>>(accepting: Promise<T>): Promise<T>;
  /** Every row of every table of every schema, to show that nothing was written. */
  contents(): Promise<Record<string, unknown[]>>;
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
    peeringReconcileMs: 5_000,
    quotas: { vpc: 1_000, 'private-network': 1_000, route: 1_000 },
    databaseUrl: database.url,
    redisUrl: redis.url,
    ...settings,
  };
  const probe = new StrikingProbe();
  const retries = { budget: 8, firstDelayMs: 1, maxDelayMs: 10, stuckAfter: 50 };
  const app = await NestFactory.createApplicationContext(AppModule.forRoot(config, logger, { probe, retries }), {
    logger: new NestLog(logger),
  });
  const projectId = randomUUID();
  const ended = (id: string): Promise<EndedOperation> => until(`operation ${id} ends`, () => findEnded(database, id));
  return {
    app,
    database,
    probe,
    projectId,
    ended,
    context: (project = projectId) => requestOf(project),
    succeed: async (accepting) => {
      const accepted = await accepting;
      const { state, message } = await ended(accepted.operation.id);
      if (state !== 'success') throw new Error(`the operation ended as ${state}: ${message}`);
      return accepted;
    },
    contents: () => readTables(database),
    stop: async () => {
      await app.close();
      await ipam.signal('SIGTERM');
      await redis.stop();
      await database.drop();
    },
  };
}

function requestOf(projectId: string): RpcContext {
  const ids = { id: 1, requestId: randomUUID(), projectId };
  const request = { ...ids, pattern: 'test', principal: 'test', caller: 'test', replyTo: '', traceparent: null };
  return new RpcContext('network', { ...request, deadline: 0, sentAt: 0, data: null }, new Date(Date.now() + 60_000));
}

async function readTables(database: TestDatabase): Promise<Record<string, unknown[]>> {
  const tables = await database.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
      WHERE schemaname IN ('network', 'ipam', 'ops', 'gateway') ORDER BY 1`,
  );
  const read = tables.map(async ({ name }) => {
    const rows = await database.query(`SELECT t::text FROM ${name} t ORDER BY 1`);
    return [name, rows] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

async function findEnded(database: TestDatabase, id: string): Promise<EndedOperation | undefined> {
  const [operation] = await database.query<EndedOperation>(
    `SELECT state, message, (SELECT json_agg(s ORDER BY position) FROM ops.operation_step s WHERE operation_id = o.id)
            AS steps FROM ops.operation o WHERE id = $1 AND state <> 'pending'`,
    [id],
  );
  return operation;
}
