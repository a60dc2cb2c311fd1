import { createHmac, randomUUID } from 'node:crypto';
import { type ApiAnswer, ApiClient, type Stack, startStack, until } from '@isthmus/testing';
import { strangerTo } from '../contract/operations';

const KEYS = '/v1/api-keys';
const PROJECTS = '/v1/projects';

interface Key {
  accessKey: string;
  secretKey: string;
  projectId: string;
  scope: string;
  expiresAt: string | null;
  formerSecretUntil: string | null;
}

describe('API keys', () => {
  let stack: Stack;
  let admin: ApiClient;
  let onOther: ApiClient;

  beforeAll(async () => {
    stack = await startStack({ hasVpn: true, gateways: 2 });
    admin = ApiClient.of(stack, 0);
    onOther = ApiClient.of(stack, 1);
  });
  afterAll(() => stack.stop());

  const make = async (change: object = {}, by = admin): Promise<Key> => {
    const { status, body } = await by.send<Key>('POST', KEYS, { name: 'key', scope: 'write', ...change });
    expect([status, body]).toEqual([201, expect.objectContaining({ secretKey: expect.any(String) })]);
    return body;
  };
  const by = ({ secretKey }: Pick<Key, 'secretKey'>, gateway = 0): ApiClient =>
    new ApiClient(stack.urls[gateway] as string, secretKey);
  const look = async (client: ApiClient): Promise<number> => (await client.send('GET', PROJECTS)).status;
  const signed = async ({ accessKey }: Key, secret: string, gateway = 0): Promise<number> => {
    const expires = Math.floor(Date.now() / 1_000) + 60;
    const message = [`GET ${PROJECTS}`, '', '', '', String(expires)].join('\n');
    const signature = createHmac('sha256', secret).update(message).digest('base64');
    const authorization = `EXO2-HMAC-SHA256 credential=${accessKey},expires=${expires},signature=${signature}`;
    return (await fetch(`${stack.urls[gateway]}${PROJECTS}`, { headers: { authorization } })).status;
  };
  const refused = ({ status, body }: ApiAnswer): unknown[] => [status, body.code];

  it('work at once on every gateway, with a secret that is shown once', async () => {
    const key = await make();
    expect(key.accessKey).toMatch(/^SCW[A-Z0-9]{17}$/);
    for (const gateway of [0, 1]) {
      expect(await look(by(key, gateway))).toBe(200);
      expect(await signed(key, key.secretKey, gateway)).toBe(200);
    }
    const { secretKey, ...shown } = key;
    const one = await admin.send('GET', `${KEYS}/${key.accessKey}`);
    expect([one.status, one.body]).toEqual([200, shown]);
    const list = await admin.send<{ items: object[] }>('GET', KEYS);
    expect(list.body.items).toContainEqual(shown);
    const rows = JSON.stringify(await stack.database.query('SELECT * FROM gateway.api_key'));
    const logs = stack.processes('api-gateway').map((gateway) => gateway.output());
    for (const text of [JSON.stringify(list.body), rows, ...logs]) expect(text).not.toContain(secretKey);
  });

  it('may do what their scope says: read looks, write changes, admin manages keys', async () => {
    const reader = by(await make({ scope: 'read' }));
    const writer = by(await make({ scope: 'write' }));
    const manager = by(await make({ scope: 'admin' }));
    const instance = { name: 'machine', zone: 'fr-par-1' };
    expect(await look(reader)).toBe(200);
    expect(refused(await reader.send('POST', '/v1/instances', instance))).toEqual([403, 'forbidden']);
    expect((await writer.send('POST', '/v1/instances', instance)).status).toBe(201);
    const { accessKey } = await make();
    for (const [method, path, body] of [
      ['POST', KEYS, { name: 'more', scope: 'read' }],
      ['GET', KEYS, undefined],
      ['GET', `${KEYS}/${accessKey}`, undefined],
      ['POST', `${KEYS}/${accessKey}:rotate`, {}],
      ['DELETE', `${KEYS}/${accessKey}`, undefined],
    ] as const) {
      expect(refused(await writer.send(method, path, body))).toEqual([403, 'forbidden']);
    }
    await make({ scope: 'admin' }, manager);
  });

  it('are refused everywhere once DELETE has answered, however busy they are on the other gateway', async () => {
    const key = await make();
    const elsewhere = by(key, 1);
    let isRevoked = false;
    const before: number[] = [];
    // Keeps the key in the other gateway's memory until the very answer.
    const busy = (async () => {
      while (!isRevoked) before.push(await look(elsewhere));
    })();
    await until('the key is in use', () => before.length > 10);
    expect((await admin.send('DELETE', `${KEYS}/${key.accessKey}`)).status).toBe(204);
    isRevoked = true;
    for (let n = 0; n < 100; n++) expect(await look(elsewhere)).toBe(401);
    expect([await signed(key, key.secretKey, 1), await look(by(key))]).toEqual([401, 401]);
    await busy;
    expect(before[0]).toBe(200);
    expect(refused(await admin.send('GET', `${KEYS}/${key.accessKey}`))).toEqual([404, 'not-found']);
    expect(refused(await admin.send('DELETE', `${KEYS}/${key.accessKey}`))).toEqual([404, 'not-found']);
  });

  it('are refused everywhere also when no signal comes through: Redis is away, the other gateway stands still', async () => {
    const [lost, slept] = [await make(), await make()];
    await stack.redis.kill();
    let isRevoked = false;
    const before: number[] = [];
    const busy = (async () => {
      while (!isRevoked) before.push(await look(by(lost, 1)));
    })();
    await until('the key is in use', () => before.length > 10);
    expect((await admin.send('DELETE', `${KEYS}/${lost.accessKey}`)).status).toBe(204);
    isRevoked = true;
    for (let n = 0; n < 100; n++) expect(await look(by(lost, 1))).toBe(401);
    await busy;
    expect(before[0]).toBe(200);

    const [, other] = stack.processes('api-gateway').filter(({ ready }) => stack.urls.includes(ready.url as string));
    expect(other?.ready.url).toBe(stack.urls[1]);
    expect(await look(by(slept, 1))).toBe(200);
    await other?.signal('SIGSTOP');
    expect((await admin.send('DELETE', `${KEYS}/${slept.accessKey}`)).status).toBe(204);
    await other?.signal('SIGCONT');
    expect(await look(by(slept, 1))).toBe(401);
    await stack.redis.restart();
    await until('the gateways are ready', async () => {
      const answers = await Promise.all([admin, onOther].map((client) => client.send('GET', '/readyz')));
      return answers.every(({ status }) => status === 200);
    });
  });

  it('get a new secret: the old one ends by the time of the answer', async () => {
    const key = await make();
    expect([await look(by(key, 1)), await signed(key, key.secretKey, 1)]).toEqual([200, 200]);
    const { status, body } = await admin.send<Key>('POST', `${KEYS}/${key.accessKey}:rotate`);
    expect([status, body.formerSecretUntil]).toEqual([200, null]);
    for (const gateway of [0, 1]) {
      expect([await look(by(key, gateway)), await signed(key, key.secretKey, gateway)]).toEqual([401, 401]);
      expect([await look(by(body, gateway)), await signed(key, body.secretKey, gateway)]).toEqual([200, 200]);
    }
  });

  it('get a new secret while the old one works on, until its time is over or it is rotated again', async () => {
    const key = await make();
    const rotate = async (overlapSeconds: number) =>
      (await admin.send<Key>('POST', `${KEYS}/${key.accessKey}:rotate`, { overlapSeconds })).body;
    const second = await rotate(600);
    expect(Date.parse(second.formerSecretUntil as string)).toBeGreaterThan(Date.now() + 500_000);
    for (const secret of [key.secretKey, second.secretKey]) {
      for (const gateway of [0, 1]) expect(await look(by({ secretKey: secret }, gateway))).toBe(200);
      expect(await signed(key, secret, 1)).toBe(200);
    }
    const third = await rotate(600);
    expect(await Promise.all([key, second, third].map((each) => look(by(each, 1))))).toEqual([401, 200, 200]);
    await stack.database.query(
      `UPDATE gateway.api_key SET former_until = now() + interval '1 s' WHERE access_key = $1`,
      [key.accessKey],
    );
    await until('the overlap is over', async () => (await look(by(second, 1))) === 401);
    expect(await look(by(third, 1))).toBe(200);
    const bad = await admin.send('POST', `${KEYS}/${key.accessKey}:rotate`, { overlapSeconds: 86_401 });
    expect(refused(bad)).toEqual([400, 'invalid-argument']);
  });

  it('end when they expire', async () => {
    const key = await make({ expiresAt: new Date(Date.now() + 1_500).toISOString() });
    expect(await look(by(key, 1))).toBe(200);
    await until('the key has expired', () => Date.now() > Date.parse(key.expiresAt as string));
    expect([await look(by(key)), await look(by(key, 1)), await signed(key, key.secretKey)]).toEqual([401, 401, 401]);
    const late = { name: 'late', scope: 'read', expiresAt: new Date(Date.now() - 1).toISOString() };
    expect(refused(await admin.send('POST', KEYS, late))).toEqual([400, 'invalid-argument']);
  });

  it('never leave an organization without an admin key, not even when two revoke each other', async () => {
    // A gateway of another organization, whose only key is its first one.
    const stranger = await strangerTo(stack);
    const [first] = (await stranger.send<{ items: Key[] }>('GET', KEYS)).body.items;
    const revoke = (client: ApiClient, accessKey: string | undefined) => client.send('DELETE', `${KEYS}/${accessKey}`);
    expect(refused(await revoke(stranger, first?.accessKey))).toEqual([409, 'conflict']);
    const second = await make({ scope: 'admin' }, stranger);
    const answers = await Promise.all([revoke(stranger, second.accessKey), revoke(by(second, 1), first?.accessKey)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
  });

  it('are those of the own organization only', async () => {
    const stranger = await strangerTo(stack);
    const { accessKey } = await make();
    for (const [method, path] of [
      ['GET', `${KEYS}/${accessKey}`],
      ['POST', `${KEYS}/${accessKey}:rotate`],
      ['DELETE', `${KEYS}/${accessKey}`],
      ['GET', `${KEYS}/nonsense`],
    ] as const) {
      expect(refused(await stranger.send(method, path))).toEqual([404, 'not-found']);
    }
    const { items } = (await stranger.send<{ items: Key[] }>('GET', KEYS)).body;
    expect(items).toHaveLength(1);
    const body = { name: 'key', scope: 'read', projectId: stack.credentials.projectId };
    expect(refused(await stranger.send('POST', KEYS, body))).toEqual([404, 'not-found']);
  });

  it('are listed in pages, of one project too, and checked field by field', async () => {
    const { body: project } = await admin.send('POST', '/v1/projects', { name: 'paged' });
    const made = [];
    for (let n = 0; n < 3; n++) made.push((await make({ projectId: project.id })).accessKey);
    const page = async (query: string) =>
      (await onOther.send<{ items: Key[]; next: string | null }>('GET', `${KEYS}?projectId=${project.id}&${query}`))
        .body;
    const first = await page('limit=2');
    const second = await page(`limit=2&cursor=${first.next}`);
    expect([...first.items, ...second.items].map(({ accessKey }) => accessKey)).toEqual(made.sort());
    expect(second.next).toBeNull();
    for (const [field, body] of Object.entries({
      name: { scope: 'read' },
      scope: { name: 'key', scope: 'root' },
      expiresAt: { name: 'key', scope: 'read', expiresAt: 'tomorrow' },
      projectId: { name: 'key', scope: 'read', projectId: '7' },
    })) {
      const answer = await admin.send<{ violations: { field: string }[] }>('POST', KEYS, body);
      expect([answer.status, answer.body.violations.map((violation) => violation.field)]).toEqual([400, [field]]);
    }
    expect(refused(await admin.send('GET', `${KEYS}?cursor=x`))).toEqual([400, 'invalid-argument']);
  });

  it('are made and rotated once for one Idempotency-Key, and audited without a secret', async () => {
    const idempotencyKey = randomUUID();
    const post = async (path: string, body: object): Promise<Key> => {
      const headers = {
        'x-auth-token': stack.credentials.secretKey,
        'content-type': 'application/json',
        'idempotency-key': idempotencyKey,
      };
      const answer = await fetch(stack.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
      return (await answer.json()) as Key;
    };
    const request = { name: 'once', scope: 'read' };
    const created = await post(KEYS, request);
    expect(await post(KEYS, request)).toEqual(created);
    // As after a crash between the commit and the answer.
    await stack.database.query('DELETE FROM gateway.idempotency_key WHERE key <> $1', [idempotencyKey]);
    await stack.database.query(
      `UPDATE gateway.idempotency_key SET state = 'admitting', status = NULL, answer_sealed = NULL, master_key_id = NULL,
         finished_at = NULL, lease_until = now() - interval '1 s'`,
    );
    expect(await post(KEYS, request)).toEqual(created);
    await post(`${KEYS}/${created.accessKey}:rotate`, {});
    await admin.send('DELETE', `${KEYS}/${created.accessKey}`);
    const entries = await stack.database.query<{ action: string; outcome: string }>(
      'SELECT action, outcome, before, after FROM ops.audit_entry WHERE resource_id = $1 ORDER BY id',
      [created.accessKey],
    );
    expect(entries.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['api-key.create', 'accepted'],
      ['api-key.rotate', 'accepted'],
      ['api-key.revoke', 'accepted'],
    ]);
    expect(JSON.stringify(entries)).not.toContain(created.secretKey);
  });
});
