import { randomUUID } from 'node:crypto';
import { connectDatabase, type Database, type Tx } from '@isthmus/db';
import type { OperationView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { Signals } from '@isthmus/rpc';
import { createLogger } from '@isthmus/telemetry';
import { createTestDatabase, startTestRedis, type TestDatabase, type TestRedis, until } from '@isthmus/testing';
import {
  type ExecutionProbe,
  OperationEngine,
  type OperationEngineOptions,
  opsMigrations,
  type Saga,
  SagaRegistry,
  type SagaRun,
  type SagaStep,
} from '.';

interface Input {
  label: string;
}

/** A saga over a plain map, whose steps can be told to fail. */
class MapSaga implements Saga<Input> {
  readonly kind = 'private-network.create';
  readonly deadlineMs: number = 60_000;
  readonly isCancellable = true;
  readonly effects = new Map<string, number>();
  failing: Partial<Record<string, ProblemError[]>> = {};
  readonly steps: SagaStep<Input>[] = ['one', 'two', 'three'].map((name) => ({
    name,
    do: (run: SagaRun<Input>) => this.perform(run, name),
    undo: (run: SagaRun<Input>) => this.revert(run, name),
  }));

  async complete(): Promise<void> {
    this.ended.push('complete');
  }

  async abandon(): Promise<void> {
    this.ended.push('abandon');
  }

  readonly ended: string[] = [];

  private async perform(run: SagaRun<Input>, name: string): Promise<string> {
    const key = `${run.operationId}.${name}`;
    this.effects.set(key, (this.effects.get(key) ?? 0) + 1);
    const problem = this.failing[name]?.shift();
    if (problem) throw problem;
    return `${name} of ${run.input.label}`;
  }

  private async revert(run: SagaRun<Input>, name: string): Promise<void> {
    const problem = this.failing[`undo ${name}`]?.shift();
    if (problem) throw problem;
    this.effects.delete(`${run.operationId}.${name}`);
  }
}

class HastySaga extends MapSaga {
  override readonly deadlineMs = 300;
}

describe('operations on real stores', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let redis: TestRedis;
  const engines: OperationEngine[] = [];
  const signalled: string[] = [];
  const listeners = new Set<(id: string) => void>();
  const signals = {
    publish: (_channel: string, id: string) => void signalled.push(id),
    subscribe: async (_channel: string, listener: (id: string) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as Signals;

  beforeAll(async () => {
    [testDatabase, redis] = await Promise.all([createTestDatabase(), startTestRedis()]);
    database = await connectDatabase({
      url: testDatabase.url,
      schema: 'network',
      entities: [],
      migrations: [opsMigrations],
    });
  });

  afterEach(async () => {
    await Promise.all(engines.splice(0).map((engine) => engine.beforeApplicationShutdown()));
    await testDatabase.query('DELETE FROM ops.live_operation');
    await testDatabase.query('DELETE FROM ops.operation');
    await testDatabase.query('DELETE FROM ops.outbox');
  });

  afterAll(async () => {
    await database.onApplicationShutdown();
    await redis.stop();
    await testDatabase.drop();
  });

  function makeEngine(saga: Saga<Input>, options: Partial<OperationEngineOptions> = {}): OperationEngine {
    const retries = { budget: 2, firstDelayMs: 10, maxDelayMs: 20, stuckAfter: 2 };
    const all = { service: 'network', redisUrl: redis.url, leaseMs: 1_000, retries, ...options };
    const engine = new OperationEngine(
      database,
      signals,
      new SagaRegistry([saga]),
      createLogger('test', 'silent'),
      all,
    );
    engines.push(engine);
    return engine;
  }

  function accept(engine: OperationEngine, resourceId: string = randomUUID()): Promise<OperationView> {
    const by = { projectId: randomUUID(), principal: 'test', requestId: randomUUID(), traceparent: null };
    const resource = { type: 'private-network' as const, id: resourceId };
    return database.transaction((tx: Tx) => engine.accept(tx, MapSaga, { by, resource, input: { label: 'a map' } }));
  }

  async function row(id: string): Promise<Record<string, unknown>> {
    const [operation] = await testDatabase.query('SELECT * FROM ops.operation WHERE id = $1', [id]);
    return operation as Record<string, unknown>;
  }

  const terminal = (id: string) =>
    until(`operation ${id} ends`, async () => {
      const operation = await row(id);
      return operation.state !== 'pending' && operation;
    });

  const steps = (id: string) =>
    testDatabase.query('SELECT name, state, output FROM ops.operation_step WHERE operation_id = $1 ORDER BY position', [
      id,
    ]);
  const events = (id: string) => testDatabase.query('SELECT type FROM ops.event WHERE operation_id = $1', [id]);

  it('runs the steps in order and ends as success, with one event and the lock gone', async () => {
    const saga = new MapSaga();
    const engine = makeEngine(saga);
    engine.onApplicationBootstrap();
    const accepted = await accept(engine);
    expect(accepted).toMatchObject({ state: 'pending', reason: null, kind: 'private-network.create' });
    await terminal(accepted.id);
    expect(await row(accepted.id)).toMatchObject({ state: 'success', reason: null, attempt: 1 });
    expect(await steps(accepted.id)).toMatchObject([
      { name: 'one', state: 'done', output: 'one of a map' },
      { name: 'two', state: 'done' },
      { name: 'three', state: 'done' },
    ]);
    expect(await events(accepted.id)).toEqual([{ type: 'operation.succeeded' }]);
    expect(await testDatabase.query('SELECT * FROM ops.live_operation')).toEqual([]);
    expect(saga.ended).toEqual(['complete']);
    await until('its waiters are woken', () => signalled.includes(accepted.id));
  });

  it('admits one live operation per resource, even when many ask at once', async () => {
    const engine = makeEngine(new MapSaga());
    const resourceId = randomUUID();
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => accept(engine, resourceId)));
    const admitted = answers.filter((answer) => answer.status === 'fulfilled');
    const refused = answers
      .filter((answer) => answer.status === 'rejected')
      .map(({ reason }) => reason as ProblemError);
    expect(admitted).toHaveLength(1);
    expect(refused).toHaveLength(19);
    for (const problem of refused) {
      expect(problem).toMatchObject({ code: 'busy', meta: { operationId: admitted[0]?.value.id } });
    }
    expect(await testDatabase.query('SELECT id FROM ops.operation')).toHaveLength(1);
  });

  it('undoes what was done when a step fails for good, and says why', async () => {
    const saga = new MapSaga();
    saga.failing = { three: [new ProblemError('exhausted', 'Nothing left.')] };
    const engine = makeEngine(saga);
    const { id } = await accept(engine);
    expect(await engine.execute(id)).toBe('failure');
    expect(await row(id)).toMatchObject({
      state: 'failure',
      reason: 'conflict',
      code: 'exhausted',
      message: 'Nothing left.',
    });
    expect(saga.effects.size).toBe(0);
    expect(saga.ended).toEqual(['abandon']);
    expect(await events(id)).toEqual([{ type: 'operation.failed' }]);
    expect((await steps(id)).map(({ state }) => state)).toEqual(['undone', 'undone', 'undone']);
  });

  it('tries a passing failure again within its budget', async () => {
    const saga = new MapSaga();
    saga.failing = { two: [new ProblemError('unavailable', 'Away.'), new ProblemError('unavailable', 'Away.')] };
    const engine = makeEngine(saga);
    engine.onApplicationBootstrap();
    const { id } = await accept(engine);
    expect(await terminal(id)).toMatchObject({ state: 'success', attempt: 3, retries: 2 });
    expect(saga.effects.get(`${id}.one`)).toBe(1);
    expect(saga.effects.get(`${id}.two`)).toBe(3);
  });

  it('gives up when the budget is spent', async () => {
    const saga = new MapSaga();
    saga.failing = { two: Array.from({ length: 9 }, () => new ProblemError('unavailable', 'Away.')) };
    const engine = makeEngine(saga);
    engine.onApplicationBootstrap();
    const { id } = await accept(engine);
    expect(await terminal(id)).toMatchObject({ state: 'failure', reason: 'unavailable', message: 'Away.' });
    expect(saga.effects.size).toBe(0);
  });

  it('ends as timeout, undone, when the deadline passes in the middle', async () => {
    const saga = new HastySaga();
    saga.steps[1] = {
      name: 'two',
      do: (run) => new Promise((_, reject) => run.signal.addEventListener('abort', () => reject(new Error('aborted')))),
      undo: () => Promise.resolve(),
    };
    const engine = makeEngine(saga);
    const { id } = await accept(engine);
    expect(await engine.execute(id)).toBe('timeout');
    expect(await row(id)).toMatchObject({ state: 'timeout', reason: 'unavailable' });
    expect(await events(id)).toEqual([{ type: 'operation.timed_out' }]);
    expect(saga.effects.size).toBe(0);
  });

  it('shows an undo that keeps failing as stuck, and still ends when it works again', async () => {
    const saga = new MapSaga();
    const broken = Array.from({ length: 4 }, () => new ProblemError('unavailable', 'Undo is away.'));
    saga.failing = { two: [new ProblemError('fault', 'Broken.')], 'undo one': broken };
    const engine = makeEngine(saga);
    engine.onApplicationBootstrap();
    const { id } = await accept(engine);
    await until('it is stuck', async () => (await row(id)).is_stuck);
    expect(await terminal(id)).toMatchObject({ state: 'failure', is_stuck: false });
    expect(saga.effects.size).toBe(0);
  });

  it('fences a worker that lost its lease: nothing it writes counts', async () => {
    const saga = new MapSaga();
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const probe: ExecutionProbe = { after: (_direction, step) => (step === 'two' ? held : undefined) };
    const slow = makeEngine(saga, { probe });
    const { id } = await accept(slow);
    const stalled = slow.execute(id);
    await until('the slow worker is in step two', () => saga.effects.has(`${id}.two`));
    await testDatabase.query("UPDATE ops.operation SET lease_until = now() - interval '1 s'");
    expect(await makeEngine(saga).execute(id)).toBe('success');
    letGo();
    expect(await stalled).toBe('fenced');
    expect(await events(id)).toHaveLength(1);
    expect(saga.ended).toEqual(['complete']);
  });

  describe('when it is cancelled', () => {
    const requestCancel = async (id: string): Promise<string> => {
      const [row] = await testDatabase.query<{ outcome: string }>(
        'SELECT ops.request_cancel(id, project_id) AS outcome FROM ops.operation WHERE id = $1',
        [id],
      );
      return row?.outcome as string;
    };
    const interrupted = { state: 'failure', reason: 'interrupted', code: 'interrupted' };

    it.each(['one', 'two', 'three'])('after step %s, undoes it and ends as interrupted', async (last) => {
      const saga = new MapSaga();
      const { id } = await accept(makeEngine(saga));
      const cancel = async (_direction: string, step: string): Promise<void> => {
        if (step === last) expect(await requestCancel(id)).toBe('requested');
      };
      const probe: ExecutionProbe = {
        after: (direction, step) => (direction === 'do' ? cancel(direction, step) : undefined),
      };
      expect(await makeEngine(saga, { probe }).execute(id)).toBe('failure');
      expect(await row(id)).toMatchObject(interrupted);
      expect(saga.effects.size).toBe(0);
      expect(saga.ended.at(-1)).toBe('abandon');
      expect(await events(id)).toEqual([{ type: 'operation.failed' }]);
      expect(await requestCancel(id)).toBe('ended');
    });

    it('stops the step in hand', async () => {
      const saga = new MapSaga();
      saga.steps[1] = {
        name: 'two',
        do: (run) =>
          new Promise((_, reject) => run.signal.addEventListener('abort', () => reject(new Error('aborted')))),
        undo: () => Promise.resolve(),
      };
      const engine = makeEngine(saga);
      engine.onApplicationBootstrap();
      const { id } = await accept(engine);
      await until('step one is done', async () => (await steps(id)).length === 1);
      expect(await requestCancel(id)).toBe('requested');
      for (const hear of listeners) hear(id);
      expect(await terminal(id)).toMatchObject(interrupted);
      expect(saga.effects.size).toBe(0);
    });

    it('not after its point of no return, nor when it is being undone', async () => {
      const saga = new MapSaga();
      saga.steps[1] = { ...(saga.steps[1] as SagaStep<Input>), isPointOfNoReturn: true };
      saga.failing = { three: [new ProblemError('unavailable', 'Away.')] };
      const { id } = await accept(makeEngine(saga));
      const outcomes: string[] = [];
      const look = async (step: string): Promise<void> =>
        void (step === 'two' && outcomes.push(await requestCancel(id)));
      expect(await makeEngine(saga, { probe: { before: (_direction, step) => look(step) } }).execute(id)).toBe(
        'released',
      );
      expect([outcomes, await requestCancel(id)]).toEqual([['refused'], 'refused']);
      const turned = new MapSaga();
      turned.failing = {
        two: [new ProblemError('fault', 'Broken.')],
        'undo one': [new ProblemError('unavailable', 'Away.')],
      };
      const back = await accept(makeEngine(turned));
      expect(await makeEngine(turned).execute(back.id)).toBe('released');
      expect(await requestCancel(back.id)).toBe('undoing');
    });
  });

  it('is executed once when two workers are woken for it at once', async () => {
    const saga = new MapSaga();
    const engines = [makeEngine(saga), makeEngine(saga)];
    const { id } = await accept(engines[0] as OperationEngine);
    const outcomes = await Promise.all(engines.map((engine) => engine.execute(id)));
    expect(outcomes.sort()).toEqual(['fenced', 'success']);
    expect(saga.effects.get(`${id}.one`)).toBe(1);
  });

  it('is woken by the sweeper when the queue lost it', async () => {
    const saga = new MapSaga();
    const engine = makeEngine(saga);
    const { id } = await accept(engine);
    await testDatabase.query('DELETE FROM ops.outbox');
    await testDatabase.query('UPDATE ops.operation SET wake_at = now()');
    engine.onApplicationBootstrap();
    expect(await terminal(id)).toMatchObject({ state: 'success' });
  });

  it('survives FLUSHALL with operations in the queue', async () => {
    const saga = new MapSaga();
    const accepting = makeEngine(saga);
    const ids = await Promise.all(Array.from({ length: 50 }, async () => (await accept(accepting)).id));
    await redis.client.flushall();
    await testDatabase.query('UPDATE ops.operation SET wake_at = now()');
    accepting.onApplicationBootstrap();
    await redis.client.flushall();
    for (const id of ids) expect(await terminal(id)).toMatchObject({ state: 'success' });
    const doubled = await testDatabase.query('SELECT operation_id FROM ops.event GROUP BY 1 HAVING count(*) > 1');
    expect(doubled).toEqual([]);
  });

  it('hands an operation on when it drains', async () => {
    const saga = new MapSaga();
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const draining = makeEngine(saga, { probe: { after: (_direction, step) => (step === 'one' ? held : undefined) } });
    draining.onApplicationBootstrap();
    const { id } = await accept(draining);
    await until('step one is at work', () => saga.effects.has(`${id}.one`));
    const drained = draining.beforeApplicationShutdown();
    engines.splice(engines.indexOf(draining), 1);
    letGo();
    await drained;
    expect(await row(id)).toMatchObject({ state: 'pending' });
    expect(await steps(id)).toMatchObject([{ name: 'one', state: 'done' }]);
    makeEngine(saga).onApplicationBootstrap();
    expect(await terminal(id)).toMatchObject({ state: 'success', attempt: 2 });
    expect(saga.effects.get(`${id}.one`)).toBe(1);
  });
});
