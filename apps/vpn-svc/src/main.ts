import 'reflect-metadata';
import { migrate } from '@isthmus/db';
import { runService } from '@isthmus/rpc';
import { migrationUrl } from '@isthmus/settings';
import { createLogger } from '@isthmus/telemetry';
import { AppModule, MIGRATIONS } from './app.module';
import { readConfig } from './config';

const logger = createLogger('vpn-svc');

/** `main.js` serves; `main.js migrate` brings the database up to date and exits. */
async function main(): Promise<void> {
  if (process.argv[2] === 'migrate') return migrate(migrationUrl(process.env, 'vpn-svc'), MIGRATIONS);
  const config = readConfig(process.env);
  await runService({ module: AppModule.forRoot(config, logger), service: 'vpn', redisUrl: config.redisUrl, logger });
}

main().catch((error: unknown) => {
  logger.fatal({ err: error }, 'could not start');
  process.exit(1);
});
