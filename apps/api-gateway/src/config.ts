import type { Cidr } from '@isthmus/cidr';
import { Topology, type TopologyDefinition } from '@isthmus/model';
import { type Environment, Settings } from '@isthmus/settings';
import { parseTrustedProxies } from './http/source-address';
import { isAccessKey } from './identity/credentials';
import { defaultWebhookSettings, readWebhookSettings, type WebhookSettings } from './webhooks/webhook.settings';

/** The project and key that exist from the first start on. */
export interface BootstrapKey {
  projectId: string;
  accessKey: string;
  secretKey: string;
}

/** Everything the gateway is told from outside. */
export class GatewayConfig {
  host!: string;
  port!: number;
  databaseUrl!: string;
  redisUrl!: string;
  /** 32 bytes; the secrets of API keys are sealed under it. */
  masterKey!: Buffer;
  bootstrap!: BootstrapKey | null;
  /** How long an answer may wait for its operation to end. */
  settleWindowMs!: number;
  /** When nobody has heard of a request with an idempotency key for so long, its next try goes on with it. */
  idempotencyLeaseMs!: number;
  /** How often a second one key may ask one gateway for one operation; 0: as often as it likes. */
  pollRatePerOperation!: number;
  /** Whose `X-Forwarded-For` the audit believes. */
  trustedProxies!: Cidr[];
  webhooks!: WebhookSettings;
  topology!: Topology;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads and checks the environment; throws one error that names every setting that is wrong and what it should be. */
export function readConfig(env: Environment = process.env): GatewayConfig {
  const settings = new Settings(env);
  const config = Object.assign(new GatewayConfig(), {
    host: settings.text('HOST') ?? '127.0.0.1',
    port: settings.wholeNumber('PORT', 8080, 65_535),
    databaseUrl: settings.databaseUrl(),
    redisUrl: settings.redisUrl(),
    masterKey: settings.masterKey(),
    bootstrap: bootstrapKey(settings),
    settleWindowMs: settings.wholeNumber('SETTLE_WINDOW_MS', 1_000, 60_000),
    idempotencyLeaseMs: settings.wholeNumber('IDEMPOTENCY_LEASE_MS', 30_000),
    pollRatePerOperation: settings.wholeNumber('POLL_RATE_PER_OPERATION', 50),
    trustedProxies: settings.parsed('TRUSTED_PROXIES', parseTrustedProxies) ?? [],
    webhooks: readWebhookSettings(settings),
    topology: settings.file('REGIONS_FILE', 'config/regions.yaml', topologyIn),
  });
  settings.check('api-gateway');
  return config;
}

/** The same without stores and secrets, for work that only looks at the code (the OpenAPI documents). */
export function offlineConfig(): GatewayConfig {
  return Object.assign(new GatewayConfig(), {
    host: '127.0.0.1',
    port: 0,
    databaseUrl: '',
    redisUrl: '',
    masterKey: Buffer.alloc(32),
    bootstrap: null,
    settleWindowMs: 0,
    idempotencyLeaseMs: 0,
    pollRatePerOperation: 0,
    trustedProxies: [],
    webhooks: defaultWebhookSettings(),
    topology: new Topology({ defaultZone: 'a-1', regions: [{ name: 'a', zones: [{ name: 'a-1' }] }] }),
  });
}

function bootstrapKey(settings: Settings): BootstrapKey | null {
  const projectId = settings.text('BOOTSTRAP_PROJECT_ID') ?? '';
  const accessKey = settings.text('BOOTSTRAP_ACCESS_KEY') ?? '';
  const secretKey = settings.text('BOOTSTRAP_SECRET_KEY') ?? '';
  if (!projectId && !accessKey && !secretKey) return null;
  if (!UUID.test(projectId)) settings.complain('BOOTSTRAP_PROJECT_ID must be a lower-case UUID');
  if (!isAccessKey(accessKey)) settings.complain('BOOTSTRAP_ACCESS_KEY must be SCW and 17 of A-Z0-9');
  if (!UUID.test(secretKey)) settings.complain('BOOTSTRAP_SECRET_KEY must be a lower-case UUID');
  return { projectId, accessKey, secretKey };
}

function topologyIn(content: unknown): Topology {
  return new Topology(content as TopologyDefinition);
}
