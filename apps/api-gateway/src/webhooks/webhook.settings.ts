import { type Cidr, parseCidr } from '@isthmus/cidr';
import { Settings } from '@isthmus/settings';

/** How webhooks are sent. Durations are written like `250ms`, `5s`, `30m`, `24h`, `5d`, or `0`. */
export class WebhookSettings {
  /** WEBHOOK_ALLOW_HTTP: endpoints may be reached without TLS. */
  isHttpAllowed!: boolean;
  /** WEBHOOK_ALLOWED_CIDRS: blocks of addresses that are sent to although they are not public, separated by commas. */
  allowedCidrs!: Cidr[];
  /** WEBHOOK_RETRY_SCHEDULE: how long each attempt waits after the one before, separated by commas. */
  retryScheduleMs!: number[];
  /** WEBHOOK_TIMEOUT: for all of an attempt, from the name look-up to the last byte of the answer. */
  timeoutMs!: number;
  /** WEBHOOK_ENDPOINT_CONCURRENCY: attempts at one endpoint at the same time, over all gateways. */
  endpointConcurrency!: number;
  /** WEBHOOK_CONCURRENCY: attempts of one gateway at the same time. */
  concurrency!: number;
  /** WEBHOOK_PAUSE_AFTER: after so many failures in a row an endpoint is paused. */
  pauseAfterFailures!: number;
  /** WEBHOOK_PAUSE: the first pause; each further failure doubles it, up to half an hour or to this. */
  pauseMs!: number;
  /** WEBHOOK_DISABLE_AFTER: an endpoint that has failed for so long without one success is disabled. */
  disableAfterMs!: number;
  /** WEBHOOK_SECRET_OVERLAP: how long the old secret signs along after a rotation, unless the request says otherwise. */
  secretOverlapMs!: number;
  /** WEBHOOK_ENDPOINT_QUOTA: endpoints of one project. */
  endpointQuota!: number;
  /** WEBHOOK_KEEP_DAYS: deliveries are kept so long after their end. */
  keepDays!: number;
}

const UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof UNITS_MS;

const DEFAULT_SCHEDULE = '0,5s,5m,30m,2h,5h,10h,14h,20h,24h';
/** A timer that is told to wait longer fires at once. */
const MAX_MS = 2 ** 31 - 1;

export function readWebhookSettings(settings: Settings): WebhookSettings {
  const durationOf = (name: string, fallbackMs: number): number => settings.parsed(name, parseDuration) ?? fallbackMs;
  return Object.assign(new WebhookSettings(), {
    isHttpAllowed: settings.oneOf('WEBHOOK_ALLOW_HTTP', ['false', 'true']) === 'true',
    allowedCidrs: settings.parsed('WEBHOOK_ALLOWED_CIDRS', parseCidrs) ?? [],
    retryScheduleMs: settings.parsed('WEBHOOK_RETRY_SCHEDULE', parseSchedule) ?? parseSchedule(DEFAULT_SCHEDULE),
    timeoutMs: durationOf('WEBHOOK_TIMEOUT', 15_000),
    endpointConcurrency: atLeastOne(settings, 'WEBHOOK_ENDPOINT_CONCURRENCY', 4, 100),
    concurrency: atLeastOne(settings, 'WEBHOOK_CONCURRENCY', 256, 10_000),
    pauseAfterFailures: atLeastOne(settings, 'WEBHOOK_PAUSE_AFTER', 5, 1_000),
    pauseMs: durationOf('WEBHOOK_PAUSE', 30_000),
    disableAfterMs: durationOf('WEBHOOK_DISABLE_AFTER', 5 * UNITS_MS.d),
    secretOverlapMs: durationOf('WEBHOOK_SECRET_OVERLAP', UNITS_MS.d),
    endpointQuota: settings.wholeNumber('WEBHOOK_ENDPOINT_QUOTA', 50, 10_000),
    keepDays: atLeastOne(settings, 'WEBHOOK_KEEP_DAYS', 30, 3_650),
  });
}

/** Without an environment. */
export function defaultWebhookSettings(): WebhookSettings {
  return readWebhookSettings(new Settings({}));
}

/** In milliseconds. Throws an Error that says how it is written. */
export function parseDuration(text: string): number {
  if (text.trim() === '0') return 0;
  const [, amount = '', unit = ''] = /^(\d{1,10})(ms|s|m|h|d)$/.exec(text.trim()) ?? [];
  const ms = Number(amount) * UNITS_MS[unit as Unit];
  if (ms <= MAX_MS) return ms;
  throw new Error(`${JSON.stringify(text)} is no duration of up to 24 days such as 250ms, 5s, 30m, 24h or 5d`);
}

function parseSchedule(text: string): number[] {
  return text.split(',').map(parseDuration);
}

function parseCidrs(text: string): Cidr[] {
  return text.split(',').map((cidr) => parseCidr(cidr.trim()));
}

function atLeastOne(settings: Settings, name: string, fallback: number, max: number): number {
  const value = settings.wholeNumber(name, fallback, max);
  if (value === 0) settings.complain(`${name} must be at least 1`);
  return value;
}
