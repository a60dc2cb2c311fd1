import { type Stack, until } from '@isthmus/testing';

export interface RawAnswer {
  status: number;
  headers: Headers;
  /** Byte for byte. */
  text: string;
}

export interface KeyedRequest {
  method: string;
  path: string;
  body?: object;
  /** The `Idempotency-Key`; none when absent. */
  key?: string;
  headers?: Record<string, string>;
  /** By which gateway it is answered. Default: the first. */
  url?: string;
}

/** Settings under which a stack takes `ENDPOINT`, where nobody listens. */
export const LOCAL_WEBHOOKS = { WEBHOOK_ALLOW_HTTP: 'true', WEBHOOK_ALLOWED_CIDRS: '127.0.0.0/8' };
export const ENDPOINT = { url: 'http://127.0.0.1:8099/', eventTypes: ['webhook.ping'] };

export type KeyedHttp = (request: KeyedRequest) => Promise<RawAnswer>;

/** Requests of the bootstrap project, with idempotency keys, and answers as they came. */
export function keyedHttp(stack: Stack): KeyedHttp {
  return async ({ method, path, body, key, headers = {}, url = stack.url }) => {
    const response = await fetch(url + path, {
      method,
      body: body && JSON.stringify(body),
      headers: {
        'x-auth-token': stack.credentials.secretKey,
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...headers,
      },
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
}

/** What a replay has to repeat. */
export function toldIn({ status, headers, text }: RawAnswer): object {
  const names = ['content-type', 'operation-id', 'operation-location', 'etag', 'retry-after'];
  return { status, text, headers: names.map((name) => headers.get(name)) };
}

/** The numbers of all operations, networks and other rows that a request must not make twice. */
export async function resourcesIn({ database }: Stack): Promise<unknown> {
  const tables = [
    'ops.operation',
    'network.private_network',
    'network.vpc',
    'ipam.address',
    'network.instance',
    'vpn.customer_gateway',
    'gateway.webhook_endpoint',
    'gateway.webhook_secret',
    'gateway.api_key',
    'gateway.project',
  ];
  const counts = tables.map((table) => `(SELECT count(*) FROM ${table}) AS "${table}"`);
  return (await database.query(`SELECT ${counts.join(', ')}`))[0];
}

/** The same with what accepted work leaves behind: its audit and its events. Wait until all is quiet. */
export async function effectsIn(stack: Stack): Promise<unknown> {
  const [traces] = await stack.database.query(
    `SELECT (SELECT count(*) FROM ops.audit_entry WHERE outcome = 'accepted') AS audited,
            (SELECT count(*) FROM ops.event) AS events`,
  );
  return [await resourcesIn(stack), traces];
}

/** Resolves when all that was asked before has been done, and told. */
export async function untilQuiet({ database }: Stack): Promise<void> {
  await until('nothing is left to do', async () => {
    const [left] = await database.query<{ n: number }>(
      `SELECT ((SELECT count(*) FROM ops.live_operation) + (SELECT count(*) FROM ops.outbox)
               + (SELECT count(*) FROM ops.event_queue) + (SELECT count(*) FROM ops.audit_queue))::int AS n`,
    );
    return left?.n === 0;
  });
}

/** Leaves the key as a gateway does that dies after the commit and before the answer. */
export async function loseAnswer({ database }: Stack, key: string): Promise<void> {
  const lost = await database.query(
    `UPDATE gateway.idempotency_key SET state = 'admitting', status = NULL, answer_sealed = NULL, master_key_id = NULL,
            finished_at = NULL, lease_until = now() - interval '1 s'
      WHERE key = $1 AND state = 'done' RETURNING key`,
    [key],
  );
  if (lost.length !== 1) throw new Error(`no answer is kept for ${key}`);
}
