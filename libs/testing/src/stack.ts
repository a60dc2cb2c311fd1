import { randomBytes, randomUUID } from 'node:crypto';
import { type AppName, type ServiceProcess, startService } from './service-process';
import { createTestDatabase, type TestDatabase } from './test-database';
import { startTestRedis, type TestRedis } from './test-redis';

export interface StackOptions {
  /** How many processes of each domain service. Default 1. */
  replicas?: number;
  /** How many gateways. Default 1. */
  gateways?: number;
  /** vpn-svc too, which few tests need and which takes a second to start. */
  hasVpn?: boolean;
  /** Further environment for every service. */
  env?: Record<string, string>;
}

export interface StackCredentials {
  projectId: string;
  accessKey: string;
  secretKey: string;
}

/** The product on real stores: every service as a process, one database and one Redis of its own. */
export interface Stack {
  url: string;
  /** All gateways. */
  urls: string[];
  credentials: StackCredentials;
  database: TestDatabase;
  redis: TestRedis;
  processes(app: AppName): ServiceProcess[];
  /** Starts one more process, e.g. in place of a killed one. */
  start(app: AppName, env?: Record<string, string>): Promise<ServiceProcess>;
  stop(): Promise<void>;
}

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const [database, redis] = await Promise.all([createTestDatabase(), startTestRedis()]);
  const credentials = randomCredentials();
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    HOST: '127.0.0.1',
    PORT: '0',
    MASTER_KEY: randomBytes(32).toString('base64'),
    BOOTSTRAP_PROJECT_ID: credentials.projectId,
    BOOTSTRAP_ACCESS_KEY: credentials.accessKey,
    BOOTSTRAP_SECRET_KEY: credentials.secretKey,
    ...options.env,
  };
  const running: ServiceProcess[] = [];
  const start = async (app: AppName, extra: Record<string, string> = {}): Promise<ServiceProcess> => {
    const service = await startService(app, { ...env, ...extra });
    running.push(service);
    return service;
  };
  const replicas = options.replicas ?? 1;
  const apps: AppName[] = [
    ...Array<AppName>(options.gateways ?? 1).fill('api-gateway'),
    ...Array<AppName>(replicas).fill('network-svc'),
    ...Array<AppName>(replicas).fill('ipam-svc'),
    ...(options.hasVpn ? ['vpn-svc' as const] : []),
  ];
  await Promise.all(apps.map((app) => start(app)));
  const urls = running.filter(({ app }) => app === 'api-gateway').map(({ ready }) => ready.url as string);
  return {
    url: urls[0] as string,
    urls,
    credentials,
    database,
    redis,
    processes: (app) => running.filter((service) => service.app === app),
    start,
    stop: async () => {
      await Promise.all(running.map((service) => service.signal('SIGTERM')));
      await redis.stop();
      await database.drop();
    },
  };
}

function randomCredentials(): StackCredentials {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  const accessKey = `SCW${[...randomBytes(17)].map((byte) => letters[byte % letters.length]).join('')}`;
  return { projectId: randomUUID(), accessKey, secretKey: randomUUID() };
}
