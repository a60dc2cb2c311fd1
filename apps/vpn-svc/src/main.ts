import 'reflect-metadata';
import { runService } from '@isthmus/rpc';
import { createLogger } from '@isthmus/telemetry';
import { AppModule } from './app.module';
import { readConfig } from './config';

const logger = createLogger('vpn-svc');

async function main(): Promise<void> {
  // It owns no tables yet, so there is nothing to migrate.
  if (process.argv[2] === 'migrate') return;
  const config = readConfig(process.env);
  await runService({ module: AppModule.forRoot(config), service: 'vpn', redisUrl: config.redisUrl, logger });
}

main().catch((error: unknown) => {
  logger.fatal({ err: error }, 'could not start');
  process.exit(1);
});
