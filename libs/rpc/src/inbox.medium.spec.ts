import { randomUUID } from 'node:crypto';
import { type Database, type Tx } from '@isthmus/db';
import { contextOf, connectionsOf, Gate, PROJECT, TestBus, type TestCalls } from '../test/bus';
import { createInboxDatabase } from '../test/inbox-database';
import { RedisProcess, until } from '../test/redis-process';
import { Inbox } from './inbox';
import { RpcContext } from './rpc-context';

const inbox = new Inbox();
let database: Database;
let drop: () => Promise<void>;

beforeAll(async () => {
  ({ database, drop } = await createInboxDatabase());
});
afterAll(() => drop());

function context(requestId: string, pattern = 'work', projectId = PROJECT): RpcContext {
  const head = { id: 1, deadline: 1, sentAt: 0, caller: 'c', replyTo: 'r', principal: 'p', traceparent: null };
  return new RpcContext('ipam', { ...head, requestId, pattern, projectId, data: null }, new Date());
}

/** Runs a command that leaves one row behind and answers `answer`. */
function run(of: RpcContext, answer: unknown = { id: 7 }, before?: () => Promise<void>): Promise<unknown> {
  return database.transaction((tx) =>
    inbox.once(tx, of, async () => {
      await before?.();
      await tx.execute('INSERT INTO effect (name) VALUES ($1)', [of.requestId]);
      return answer;
    }),
  );
}

async function effects(requestId: string): Promise<number> {
  return (await database.query('SELECT name FROM effect WHERE name = $1', [requestId])).length;
}

/** Is some session of the database waiting for another's row? */
async function isSomebodyBlocked(): Promise<boolean> {
  const sql = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return (await database.query(sql)).length > 0;
}

describe('a command delivered twice', () => {
  it.each([[{ id: 7 }], ['text'], [[1, null]], [null]])('answers %j both times and works once', async (answer) => {
    const of = context(randomUUID());
    expect(await run(of, answer)).toEqual(answer);
    expect(await run(of, 'something else')).toEqual(answer);
    expect(await effects(of.requestId)).toBe(1);
  });

  it('answers null for nothing', async () => {
    const of = context(randomUUID());
    await database.transaction((tx) => inbox.once(tx, of, async () => undefined));
    expect(await run(of)).toBeNull();
  });

  it('at once works once, and the second waits for the answer of the first', async () => {
    const of = context(randomUUID());
    const gate = new Gate();
    const first = run(of, 'first', () => gate.pass());
    await until(() => gate.entered === 1);
    const second = run(of, 'second', () => gate.pass());
    await until(isSomebodyBlocked);
    gate.open();
    expect(await Promise.all([first, second])).toEqual(['first', 'first']);
    expect(await effects(of.requestId)).toBe(1);
  });

  it('at once works in the second when the first fails', async () => {
    const of = context(randomUUID());
    const gate = new Gate();
    const first = run(of, 'first', async () => {
      await gate.pass();
      throw new Error('first fails');
    });
    const failed = expect(first).rejects.toThrow('first fails');
    await until(() => gate.entered === 1);
    const second = run(of, 'second');
    await until(isSomebodyBlocked);
    gate.open();
    await failed;
    expect(await second).toBe('second');
    expect(await effects(of.requestId)).toBe(1);
  });

  it('sixteen times at once works once', async () => {
    const of = context(randomUUID());
    const answers = await Promise.all(Array.from({ length: 16 }, (_, index) => run(of, index)));
    expect(new Set(answers).size).toBe(1);
    expect(await effects(of.requestId)).toBe(1);
  });

  it('never gets the answer of another call or project', async () => {
    const id = randomUUID();
    await run(context(id));
    await expect(run(context(id, 'other'))).rejects.toMatchObject({ code: 'conflict' });
    await expect(run(context(id, 'work', randomUUID()))).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('a command that is buried', () => {
  const bury = (id: string) => database.transaction((tx: Tx) => inbox.bury(tx, id));

  it('before it came does nothing when it comes', async () => {
    const of = context(randomUUID());
    expect(await bury(of.requestId)).toBeNull();
    await expect(run(of)).rejects.toMatchObject({ code: 'interrupted' });
    expect(await effects(of.requestId)).toBe(0);
  });

  it('after it ran hands over what it did, once', async () => {
    const of = context(randomUUID());
    await run(of, { id: 9 });
    expect(await bury(of.requestId)).toEqual({ pattern: 'work', response: { id: 9 } });
    expect(await bury(of.requestId)).toBeNull();
    await expect(run(of)).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('hands it over again when its undoing was rolled back', async () => {
    const of = context(randomUUID());
    await run(of, { id: 9 });
    const failing = database.transaction(async (tx) => {
      await inbox.bury(tx, of.requestId);
      throw new Error('undo fails');
    });
    await expect(failing).rejects.toThrow('undo fails');
    expect(await bury(of.requestId)).toMatchObject({ response: { id: 9 } });
  });

  it('while it runs is waited for', async () => {
    const of = context(randomUUID());
    const gate = new Gate();
    const running = run(of, { id: 9 }, () => gate.pass());
    await until(() => gate.entered === 1);
    const buried = bury(of.requestId);
    await until(isSomebodyBlocked);
    gate.open();
    await running;
    expect(await buried).toMatchObject({ response: { id: 9 } });
  });
});

describe('the purge', () => {
  it('deletes what is older than a day, but not what it is told to keep', async () => {
    const [old, young, kept] = [context(randomUUID()), context(randomUUID()), context(`kept-${randomUUID()}`)];
    for (const request of [old, young, kept]) await run(request);
    const age = `UPDATE inbox SET created_at = now() - interval '25 hours' WHERE request_id = ANY ($1)`;
    await database.execute(age, [[old.requestId, kept.requestId]]);
    expect(await inbox.purge(database, "request_id LIKE 'kept-%'")).toBe(1);
    const left = await database.query('SELECT 1 FROM inbox WHERE request_id = ANY ($1)', [
      [old.requestId, young.requestId, kept.requestId],
    ]);
    expect(left).toHaveLength(2);
  });
});

describe('over the bus', () => {
  it('a lost reply is the first answer again, and the work is done once', async () => {
    const redis = await RedisProcess.start();
    const bus = new TestBus(redis);
    let answers = 0;
    const server = await bus.replica((_, of) => run(of, ++answers));
    jest.spyOn(connectionsOf(server).commands, 'publish').mockImplementationOnce(() => Promise.resolve(0));
    const requestId = randomUUID();
    const call = bus.caller({ firstAttemptMs: 100 }).to<TestCalls>('ipam');
    expect(await call('work', {}, contextOf({ requestId }))).toBe(1);
    expect(await effects(requestId)).toBe(1);
    await bus.close();
    await redis.stop();
  });
});
