import { hash, randomUUID } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { connectDatabase, type Database } from '@isthmus/db';
import { ProblemError } from '@isthmus/problem';
import { SecretBox } from '@isthmus/secrets';
import { createLogger } from '@isthmus/telemetry';
import { createTestDatabase, type TestDatabase } from '@isthmus/testing';
import { migrations } from '../app.module';
import { offlineConfig } from '../config';
import { FailedOperation } from '../operations/operation-body';
import { type AnsweringRequest, Idempotency } from './idempotency';
import { IdempotencyKeyEntity } from './idempotency-key.entity';
import { IdempotencyPurger } from './idempotency.purger';
import { IdempotencyRepository, type KeyedRequest } from './idempotency.repository';
import { LocalWork } from './local-work';

const HEADERS = { 'content-type': 'application/json', 'operation-id': 'op', 'x-request-id': 'not kept' };
const BODY = '{"secret":"s3cret"}';

describe('idempotency keys in PostgreSQL', () => {
  let store: TestDatabase;
  let database: Database;
  let keys: IdempotencyRepository;
  const logger = createLogger('api-gateway', 'silent');
  const box = new SecretBox(Buffer.alloc(32, 1));

  beforeAll(async () => {
    store = await createTestDatabase();
    database = await connectDatabase({
      url: store.url,
      schema: 'gateway',
      entities: [IdempotencyKeyEntity],
      migrations,
    });
    keys = new IdempotencyRepository(database);
  });
  afterAll(async () => {
    await database.onApplicationShutdown();
    await store.drop();
  });

  /** One gateway. */
  const gateway = (leaseMs = 60_000, by = box): Idempotency =>
    new Idempotency(keys, by, Object.assign(offlineConfig(), { idempotencyLeaseMs: leaseMs }), logger);

  const requestOf = (body = 'a', changes: Partial<KeyedRequest> = {}): KeyedRequest => ({
    projectId: randomUUID(),
    principal: 'key',
    route: 'POST /v1/things',
    key: 'k',
    fingerprint: hash('sha256', body, 'buffer'),
    requestId: randomUUID(),
    ...changes,
  });
  const again = (request: KeyedRequest, body = 'a'): KeyedRequest => ({
    ...request,
    fingerprint: hash('sha256', body, 'buffer'),
    requestId: randomUUID(),
  });

  const answer = (admitted: AnsweringRequest, status: number, body = BODY): Promise<void> => {
    const reply: Partial<FastifyReply> = {
      statusCode: status,
      getHeader: (name) => HEADERS[name as keyof typeof HEADERS],
    };
    return admitted.close(reply as FastifyReply, body);
  };
  const refuse = (admitted: AnsweringRequest, problem: ProblemError): Promise<void> => {
    admitted.refuse(problem);
    return answer(admitted, problem.http);
  };
  const inUse = { code: 'idempotency-key-in-use', meta: { retryAfterSeconds: 1 } };

  it('repeats the first answer to the same request only', async () => {
    const request = requestOf();
    await answer(await gateway().admit(request), 201);
    await expect(gateway().admit(again(request))).rejects.toMatchObject({
      answer: { status: 201, headers: { 'content-type': 'application/json', 'operation-id': 'op' }, body: BODY },
    });
    await expect(gateway().admit(again(request, 'b'))).rejects.toMatchObject({ code: 'idempotency-key-reused' });
    for (const scope of [{ principal: 'other' }, { route: 'PUT /v1/things' }, { key: 'l' }]) {
      const other = { ...again(request), ...scope };
      await expect(gateway().admit(other)).resolves.toMatchObject({ requestId: other.requestId });
    }
  });

  it('keeps no secret that it was answered', async () => {
    const request = requestOf();
    await answer(await gateway().admit(request), 201);
    const rows = await store.query<{ text: string }>(
      `SELECT k::text AS text, encode(answer_sealed, 'escape') AS sealed FROM gateway.idempotency_key k
        WHERE project_id = $1`,
      [request.projectId],
    );
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain('s3cret');
  });

  it('admits one of many that come together', async () => {
    const request = requestOf();
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => gateway().admit(again(request))));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const each of all) if (each.status === 'rejected') expect(each.reason).toMatchObject(inUse);
  });

  it('goes on under the first request id when the lease is over, and hears no more of the one before', async () => {
    const request = requestOf();
    const lost = await gateway(0).admit(request);
    await expect(gateway(0).admit(again(request, 'b'))).rejects.toMatchObject({ code: 'idempotency-key-reused' });
    const next = await gateway().admit(again(request));
    expect(next.requestId).toBe(request.requestId);
    await answer(lost, 200, 'late');
    await expect(gateway().admit(again(request))).rejects.toMatchObject(inUse);
    await answer(next, 200);
    await expect(gateway().admit(again(request))).rejects.toMatchObject({ answer: { body: BODY } });
  });

  it('answers anew what was refused: the same request under its id, a corrected one under its own', async () => {
    const request = requestOf();
    await refuse(await gateway().admit(request), ProblemError.invalid('name', 'is wrong'));
    const same = await gateway().admit(again(request));
    expect(same.requestId).toBe(request.requestId);
    await refuse(same, new ProblemError('busy', 'Wait.'));
    const corrected = again(request, 'b');
    expect(await gateway().admit(corrected)).toMatchObject({ requestId: corrected.requestId });
  });

  it('does not take a failure of ours for a refusal', async () => {
    const request = requestOf();
    await refuse(await gateway().admit(request), new ProblemError('deadline-exceeded', 'Perhaps done.'));
    await expect(gateway().admit(again(request, 'b'))).rejects.toMatchObject({ code: 'idempotency-key-reused' });
    expect(await gateway().admit(again(request))).toMatchObject({ requestId: request.requestId });
  });

  it('begins anew after an operation that was undone', async () => {
    const request = requestOf();
    await refuse(await gateway().admit(request), new FailedOperation('exhausted', 'Full.'));
    const next = again(request);
    expect(await gateway().admit(next)).toMatchObject({ requestId: next.requestId });
  });

  it("does the gateway's own work once, whoever tries and dies, and keeps no secret of it", async () => {
    const request = requestOf();
    await gateway(0).admit(request);
    let done = 0;
    const work = new LocalWork(database, keys, box);
    const run = (hasIdempotencyKey?: true): Promise<object> =>
      work.once({ ...request, hasIdempotencyKey }, async () => ({ secret: 's3cret', nth: ++done }));
    const failing = work.once({ ...request, hasIdempotencyKey: true }, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    const both = await Promise.all([run(true), run(true)]);
    await gateway(0).admit(again(request));
    expect([...both, await run(true)]).toEqual(Array(3).fill({ secret: 's3cret', nth: 1 }));
    expect(await run()).toEqual({ secret: 's3cret', nth: 2 });
    const [row] = await store.query<{ work: string }>(
      "SELECT encode(work_sealed, 'escape') AS work FROM gateway.idempotency_key WHERE request_id = $1",
      [request.requestId],
    );
    expect(row?.work).not.toContain('s3cret');
  });

  it('lets every try of a request find what its first one found, until it is refused', async () => {
    const request = requestOf();
    const call = { ...request, hasIdempotencyKey: true as const };
    const work = new LocalWork(database, keys, box);
    let looks = 0;
    const find = async (): Promise<number> => ++looks;
    await gateway(0).admit(request);
    expect([await work.finding(call, find), await work.finding(call, find), looks]).toEqual([1, 1, 1]);
    await expect(work.finding({ ...call, requestId: randomUUID() }, find)).resolves.toBe(2);
    await refuse(await gateway(0).admit(again(request)), new ProblemError('busy', 'Wait.'));
    expect(await work.finding(call, find)).toBe(3);
    expect(await work.finding({ ...call, hasIdempotencyKey: undefined }, find)).toBe(4);
  });

  it('lets nothing be refused that was done in an earlier try', async () => {
    const request = requestOf();
    const call = { ...request, hasIdempotencyKey: true as const };
    const work = new LocalWork(database, keys, box);
    const refused = (): Promise<never> => Promise.reject(ProblemError.invalid('url', 'is refused by now'));
    await gateway(0).admit(request);
    await expect(work.orEarlier(call, refused)).rejects.toThrow('is refused by now');
    await work.once(call, async () => 'done');
    expect(await work.orEarlier(call, refused)).toBe('done');
    await expect(work.orEarlier({ ...call, hasIdempotencyKey: undefined }, refused)).rejects.toThrow('by now');
  });

  it('says so when an answer is sealed under another master key', async () => {
    const request = requestOf();
    await answer(await gateway().admit(request), 201);
    const other = gateway(60_000, new SecretBox(Buffer.alloc(32, 2)));
    await expect(other.admit(again(request))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(box.keyId),
    });
  });

  it('keeps keys for more than a day and not for ever', async () => {
    const [kept, old] = [requestOf(), requestOf()];
    for (const [request, hours] of [
      [kept, 47],
      [old, 49],
    ] as const) {
      await answer(await gateway().admit(request), 200);
      await store.query(
        'UPDATE gateway.idempotency_key SET admitted_at = now() - make_interval(hours => $2) WHERE project_id = $1',
        [request.projectId, hours],
      );
    }
    await new IdempotencyPurger(keys, logger).purge();
    await expect(gateway().admit(again(kept))).rejects.toMatchObject({ answer: { status: 200 } });
    await expect(gateway().admit(again(old))).resolves.toBeDefined();
  });
});
