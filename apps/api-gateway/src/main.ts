import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Database, migrate } from '@isthmus/db';
import { RpcCaller } from '@isthmus/rpc';
import { migrationUrl } from '@isthmus/settings';
import { attachToLauncher, createLogger, MetricsServer, NestLog, startTracing } from '@isthmus/telemetry';
import { AppModule, migrations } from './app.module';
import { type GatewayConfig, offlineConfig, readConfig } from './config';
import { dialects } from './dialects';
import { writeAsyncApi } from './events/asyncapi';
import { createAdapter } from './http/server';
import { writeOpenApi } from './openapi';

const logger = createLogger('api-gateway');

function createApp(config: GatewayConfig, preview = false): Promise<NestFastifyApplication> {
  return NestFactory.create<NestFastifyApplication>(
    AppModule.of(config, logger),
    createAdapter(dialects, config.trustedProxies),
    {
      bodyParser: false,
      abortOnError: false,
      preview,
      logger: preview ? false : new NestLog(logger),
    },
  );
}

async function serve(): Promise<void> {
  const config = readConfig();
  const health = await MetricsServer.start('api-gateway', logger);
  await startTracing('api-gateway', logger);
  const app = await createApp(config);
  await app.listen(config.port, config.host);
  const url = await app.getUrl();
  logger.info({ url }, 'serving');
  const database = app.get(Database, { strict: false });
  const bus = app.get(RpcCaller, { strict: false });
  health?.serves({
    bus: () => bus.isUp,
    database: async () => (await database.query('SELECT 1')).length === 1,
  });
  attachToLauncher(app, logger, { url, metricsUrl: health?.url }, () => health?.drains());
}

/** Looks at the code only: in preview nothing is constructed, so no store is needed. */
async function describeApi(directory: string): Promise<void> {
  const app = await createApp(offlineConfig(), true);
  writeOpenApi(app, directory);
  writeAsyncApi(directory);
}

const [, , command = 'serve', directory = 'openapi'] = process.argv;
const COMMANDS: Record<string, () => Promise<void>> = {
  serve,
  migrate: async () => migrate(migrationUrl(process.env, 'api-gateway'), migrations),
  openapi: () => describeApi(directory),
};

const run = COMMANDS[command];
if (!run) {
  logger.fatal(`unknown command ${command}; known are ${Object.keys(COMMANDS).join(', ')}`);
  process.exit(2);
}
run().catch((error: unknown) => {
  logger.fatal({ err: error }, `${command} failed`);
  process.exit(1);
});
