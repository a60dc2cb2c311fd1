import { Controller, Module } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { NestFactory } from '@nestjs/core';
import { ProblemError } from '@isthmus/problem';
import { contextOf, Gate, PROJECT, TestBus, type TestCalls } from '../test/bus';
import { RedisProcess, until } from '../test/redis-process';
import { Answers } from './answers';
import { RedisStreamsServer } from './redis-streams-server';
import { RpcContext } from './rpc-context';

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

describe('two replicas', () => {
  it('handle each of 2,000 requests once between them', async () => {
    const seen: Record<string, number[]> = { one: [], two: [] };
    await bus.replica(async (data) => void seen.one?.push(data));
    await bus.replica(async (data) => void seen.two?.push(data));
    const call = bus.caller().to<TestCalls>('ipam');
    await Promise.all(Array.from({ length: 2_000 }, (_, index) => call('work', index, contextOf())));
    const all = [...(seen.one ?? []), ...(seen.two ?? [])].sort((a, b) => a - b);
    expect(all).toEqual(Array.from({ length: 2_000 }, (_, index) => index));
    expect(seen.one?.length).toBeGreaterThan(0);
    expect(seen.two?.length).toBeGreaterThan(0);
  });
});

describe('an answer', () => {
  const handlers: Record<string, () => unknown> = {
    nothing: () => undefined,
    problem: () => {
      throw new ProblemError('quota-exceeded', 'Five are enough.', { quota: { limit: 5, current: 5 } });
    },
    defect: () => {
      throw new Error('password=hunter2');
    },
    bigint: () => 1n,
  };

  @Controller()
  class WorkHandler {
    @(Answers<TestCalls>()('work'))
    async work(@Payload() data: { kind: string }, @Ctx() context: RpcContext): Promise<unknown> {
      return data.kind in handlers ? handlers[data.kind]?.() : context;
    }
  }

  @Module({ controllers: [WorkHandler] })
  class WorkModule {}

  async function startNest(): Promise<() => Promise<void>> {
    const { logger } = bus.log;
    const strategy = new RedisStreamsServer({ redisUrl: redis.url, service: 'ipam', instance: 'nest', logger });
    const app = await NestFactory.createMicroservice(WorkModule, { strategy, logger: false });
    await app.listen();
    return () => app.close();
  }

  it('comes from the Nest handler with its context, or as the problem it threw', async () => {
    const close = await startNest();
    const caller = bus.caller();
    const call = caller.to<TestCalls>('ipam');
    const context = contextOf({ requestId: 'op.step', traceparent: '00-a-b-01' });

    expect(await call('work', { kind: 'context' }, context)).toMatchObject({
      service: 'ipam',
      pattern: 'work',
      requestId: 'op.step',
      projectId: PROJECT,
      principal: 'key:test',
      caller: 'test',
      traceparent: '00-a-b-01',
    });
    expect(await call('work', { kind: 'nothing' }, context)).toBeNull();
    expect(await caller.ping('ipam', 5_000)).toEqual({ service: 'ipam', instance: 'nest' });
    await expect(call('work', { kind: 'problem' }, context)).rejects.toMatchObject({
      code: 'quota-exceeded',
      message: 'Five are enough.',
      meta: { quota: { limit: 5, current: 5 } },
    });
    await expect(call('work.unknown', {}, context)).rejects.toMatchObject({ code: 'unsupported' });
    await close();
  });

  it('tells nothing of a defect, which is logged under its request id', async () => {
    const close = await startNest();
    const call = bus.caller().to<TestCalls>('ipam');
    for (const kind of ['defect', 'bigint']) {
      const thrown = await call('work', { kind }, contextOf({ requestId: kind })).catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(ProblemError);
      expect(thrown).toMatchObject({ code: 'fault' });
      expect(String(thrown)).not.toContain('hunter2');
    }
    expect(bus.log.errors).toMatchObject([{ requestId: 'defect', pattern: 'work' }, { requestId: 'bigint' }]);
    await close();
  });
});

describe('back-pressure', () => {
  it('refuses one call more than may wait', async () => {
    const gate = new Gate();
    await bus.replica(() => gate.pass());
    const call = bus.caller({ maxInFlight: 3 }).to<TestCalls>('ipam');
    const waiting = [1, 2, 3].map((data) => call('work', data, contextOf()));
    await expect(call('work', 4, contextOf())).rejects.toMatchObject({ code: 'unavailable', isRetryable: true });
    gate.open();
    await Promise.all(waiting);
    expect(await call('work', 5, contextOf())).toBeNull();
  });

  it('leaves in Redis what no handler is free for', async () => {
    const gate = new Gate();
    await bus.replica(() => gate.pass(), { concurrency: 2 });
    const call = bus.caller({ firstAttemptMs: 60_000 }).to<TestCalls>('ipam');
    const calls = Array.from({ length: 10 }, (_, data) => call('work', data, contextOf()));
    const client = bus.client();
    await until(async () => (await client.xlen('{ipam}:requests')) === 10 && gate.entered === 2);
    const [pending] = (await client.xpending('{ipam}:requests', 'ipam')) as [number];
    expect(pending).toBe(2);
    gate.open();
    await Promise.all(calls);
    expect(gate.entered).toBe(10);
  });
});

describe('shutdown', () => {
  it('finishes the handlers at work, answers, and leaves the group', async () => {
    const gate = new Gate();
    const server = await bus.replica(() => gate.pass(), { drainMs: 8_000 });
    const call = bus.caller({ firstAttemptMs: 60_000 }).to<TestCalls>('ipam');
    const answered = call('work', 1, contextOf());
    await until(() => gate.entered === 1);
    const closed = server.close();
    gate.open();
    await closed;
    expect(await answered).toBeNull();
    const client = bus.client();
    expect(await client.xlen('{ipam}:requests')).toBe(0);
    expect(await client.xinfo('CONSUMERS', '{ipam}:requests', 'ipam')).toEqual([]);
  });

  it('leaves what does not end in time to the others', async () => {
    const gate = new Gate();
    const server = await bus.replica(() => gate.pass(), { drainMs: 1 });
    const call = bus.caller({ firstAttemptMs: 60_000 }).to<TestCalls>('ipam');
    const answered = call('work', 1, contextOf());
    await until(() => gate.entered === 1);
    await server.close();
    await bus.replica(async () => 'the other', { claimAfterMs: 200 });
    expect(await answered).toBe('the other');
  });
});

describe('signals', () => {
  it('reach every listener until it stops listening', async () => {
    const { Signals } = await import('./signals');
    const [sender, receiver] = [new Signals(bus.link()), new Signals(bus.link())];
    const heard: string[] = [];
    const stopFirst = await receiver.subscribe('operation', (payload) => heard.push(`first ${payload}`));
    await receiver.subscribe('operation', (payload) => heard.push(`second ${payload}`));
    await until(() => (sender.publish('operation', 'a'), heard.length >= 2));
    stopFirst();
    heard.length = 0;
    await until(() => (sender.publish('operation', 'b'), heard.includes('second b')));
    expect(heard).not.toContain('first b');
  });
});
