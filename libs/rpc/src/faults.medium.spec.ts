import { connectionsOf, contextOf, crash, Gate, TestBus, type TestCalls } from '../test/bus';
import { RedisProcess, until } from '../test/redis-process';

const STREAM = '{ipam}:requests';
const DEAD = '{ipam}:dead';

let redis: RedisProcess;
let bus: TestBus;

beforeAll(async () => {
  redis = await RedisProcess.start();
});
afterAll(() => redis.stop());
beforeEach(() => {
  bus = new TestBus(redis);
});
afterEach(async () => {
  await bus.client().flushall();
  await bus.close();
});

function envelope(overrides: Record<string, unknown>): string {
  const head = { id: 1, requestId: 'r', pattern: 'work', caller: 'raw', replyTo: 'replies:raw' };
  return JSON.stringify({ ...head, projectId: '', principal: '', sentAt: 1_000, deadline: 61_000, ...overrides });
}

describe('a lost reply', () => {
  it('is asked for again', async () => {
    const server = await bus.replica(async () => 'answer');
    jest.spyOn(connectionsOf(server).commands, 'publish').mockImplementationOnce(() => Promise.resolve(0));
    const call = bus.caller({ firstAttemptMs: 100 }).to<TestCalls>('ipam');
    expect(await call('work', 1, contextOf())).toBe('answer');
  });

  it('is not handled twice at once by resending', async () => {
    const gate = new Gate();
    await bus.replica(() => gate.pass());
    const link = bus.link();
    const attempts = jest.spyOn(link.commands, 'xadd');
    const call = bus.caller({ firstAttemptMs: 20 }, link).to<TestCalls>('ipam');
    const answered = call('work', 1, contextOf());
    const client = bus.client();
    await until(() => attempts.mock.calls.length >= 4);
    await Promise.all(attempts.mock.results.map((sent) => sent.value as Promise<unknown>));
    await until(async () => (await client.xlen(STREAM)) === 1);
    expect(gate.entered).toBe(1);
    gate.open();
    await answered;
  });
});

describe('a replica that dies', () => {
  it('loses its requests to the other', async () => {
    const gate = new Gate();
    const first = await bus.replica(() => gate.pass());
    const call = bus.caller({ firstAttemptMs: 60_000 }).to<TestCalls>('ipam');
    const answered = call('work', 1, contextOf());
    await until(() => gate.entered === 1);
    crash(first);
    await bus.replica(async () => 'the other', { claimAfterMs: 200 });
    expect(await answered).toBe('the other');
    gate.open();
  });

  it('loses none while it is only slow', async () => {
    const gate = new Gate();
    await bus.replica(() => gate.pass(), { claimAfterMs: 200 });
    const call = bus.caller({ firstAttemptMs: 60_000 }).to<TestCalls>('ipam');
    const answered = call('work', 1, contextOf());
    await until(() => gate.entered === 1);
    // Five times as patient as the first, so that only a first replica that is silent for a second could lose it.
    const other = await bus.replica(() => gate.pass(), { claimAfterMs: 1_000 });
    const rounds = jest.spyOn(connectionsOf(other).commands, 'xpending');
    await until(() => rounds.mock.calls.length >= 6);
    gate.open();
    await answered;
    expect(gate.entered).toBe(1);
  });
});

describe('a request that is late', () => {
  it('is dropped', async () => {
    const handled: unknown[] = [];
    const client = bus.client();
    await client.xadd(STREAM, '*', 'request', envelope({ deadline: 999, data: 'late' }));
    await bus.replica(async (data) => void handled.push(data));
    await until(async () => (await client.xlen(STREAM)) === 0);
    expect(handled).toEqual([]);
  });

  it('fails at its caller, whose attempts are withdrawn', async () => {
    const call = bus.caller({ firstAttemptMs: 20 }).to<TestCalls>('ipam');
    const client = bus.client();
    await expect(call('work', 1, contextOf({ timeoutMs: 200 }))).rejects.toMatchObject({ code: 'deadline-exceeded' });
    await until(async () => (await client.xlen(STREAM)) === 0);
  });
});

describe('poison', () => {
  it.each([
    ['no envelope', ['request', '{"id":']],
    ['no such field', ['other', 'x']],
  ])('with %s goes to the dead letters, and the consumer lives', async (_, fields) => {
    const client = bus.client();
    await bus.replica(async () => 'alive');
    await client.xadd(STREAM, '*', ...fields);
    await until(async () => (await client.xlen(DEAD)) === 1 && (await client.xlen(STREAM)) === 0);
    const [dead] = await client.xrange(DEAD, '-', '+');
    expect(dead?.[1].slice(0, 2)).toEqual(['reason', 'unparsable']);
    expect(await bus.caller().to<TestCalls>('ipam')('work', 1, contextOf())).toBe('alive');
  });

  it('that killed five consumers goes there too, and its caller is told', async () => {
    const client = bus.client();
    const gate = new Gate();
    const first = await bus.replica(() => gate.pass());
    const answered = bus.caller({ firstAttemptMs: 60_000 }).to<TestCalls>('ipam')('work', 1, contextOf());
    await until(() => gate.entered === 1);
    crash(first);
    const [[entryId]] = (await client.xpending(STREAM, 'ipam', '-', '+', 1)) as [[string]];
    await client.xclaim(STREAM, 'ipam', 'fifth', 0, entryId, 'RETRYCOUNT', 5);
    await bus.replica(() => gate.pass(), { claimAfterMs: 200 });
    await expect(answered).rejects.toMatchObject({ code: 'fault' });
    await until(async () => (await client.xlen(DEAD)) === 1 && (await client.xlen(STREAM)) === 0);
    expect(gate.entered).toBe(1);
    gate.open();
  });
});

describe('a Redis that forgets all', () => {
  it('loses no call in flight', async () => {
    const gate = new Gate();
    await bus.replica(() => gate.pass(), { concurrency: 10 });
    const call = bus.caller({ firstAttemptMs: 200 }).to<TestCalls>('ipam');
    const calls = Array.from({ length: 50 }, (_, data) => call('work', data, contextOf()));
    await until(() => gate.entered === 10);
    await bus.client().flushall();
    gate.open();
    await Promise.all(calls);
    expect(await call('work', 'after', contextOf())).toBeNull();
  });

  it('is noticed by a replica that was only waiting', async () => {
    await bus.replica(async () => 'here');
    const call = bus.caller({ firstAttemptMs: 200 }).to<TestCalls>('ipam');
    await call('work', 1, contextOf());
    await bus.client().flushall();
    expect(await call('work', 2, contextOf())).toBe('here');
  });
});

describe('a Redis that is away', () => {
  it('delays a call until it is back, or fails it at its deadline', async () => {
    await bus.replica(async (data) => data);
    const caller = bus.caller();
    const call = caller.to<TestCalls>('ipam');
    await call('work', 'before', contextOf());
    await redis.stop();
    await expect(call('work', 'short', contextOf({ timeoutMs: 50 }))).rejects.toMatchObject({ code: 'unavailable' });
    const patient = call('work', 'patient', contextOf());
    await redis.start();
    expect(await patient).toBe('patient');
    expect(await caller.ping('ipam', 5_000)).toMatchObject({ service: 'ipam' });
  });

  it('loses no call that it took with it', async () => {
    const gate = new Gate();
    await bus.replica(() => gate.pass());
    const answered = bus.caller({ firstAttemptMs: 60_000 }).to<TestCalls>('ipam')('work', 1, contextOf());
    await until(() => gate.entered === 1);
    await redis.stop();
    gate.open();
    await redis.start();
    expect(await answered).toBeNull();
  });

  it('keeps nobody from stopping', async () => {
    const server = await bus.replica(async () => undefined);
    await redis.stop();
    await server.close();
    await redis.start();
  });
});
