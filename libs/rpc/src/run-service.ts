import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { ServiceName } from '@isthmus/contracts';
import { Database } from '@isthmus/db';
import { attachToLauncher, type Logger, MetricsServer, NestLog, startTracing } from '@isthmus/telemetry';
import { RedisStreamsServer } from './redis-streams-server';

export interface ServiceOptions {
  module: Type | DynamicModule;
  service: ServiceName;
  redisUrl: string;
  logger: Logger;
}

/**
 * Runs one service: resolves when it answers on the bus, rejects when it cannot start. It is named by
 * `SERVICE_INSTANCE`, else by host, process and chance. At the end Nest first closes the transport (which drains), then
 * runs the `beforeApplicationShutdown` hooks and last `onApplicationShutdown`, in which connections are closed.
 */
export async function runService({ module, service, redisUrl, logger }: ServiceOptions): Promise<void> {
  const chance = randomBytes(3).toString('hex');
  const instance = process.env.SERVICE_INSTANCE ?? `${service}-${hostname()}-${process.pid}-${chance}`;
  const health = await MetricsServer.start(`${service}-svc`, logger);
  await startTracing(`${service}-svc`, logger);
  const server = new RedisStreamsServer({ redisUrl, service, instance, logger });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, {
    strategy: server,
    logger: new NestLog(logger),
    abortOnError: false,
  });
  await app.listen();
  const database = app.get(Database, { strict: false });
  health?.serves({
    bus: () => server.isServing,
    database: async () => (await database.query('SELECT 1')).length === 1,
  });
  attachToLauncher(app, logger, { service, instance, metricsUrl: health?.url }, () => health?.drains());
  logger.info({ instance }, 'serving');
}
