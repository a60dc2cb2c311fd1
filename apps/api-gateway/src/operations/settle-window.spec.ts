import type { Signals } from '@isthmus/rpc';
import { createLogger } from '@isthmus/telemetry';
import { offlineConfig } from '../config';
import { OPERATION_ID, operationView } from '../views.fixture';
import type { OperationReader } from './operation.reader';
import type { SettledOperation } from './operation-status';
import { OperationWatch } from './operation-watch';
import { SettleWindow } from './settle-window';

const OTHER_ID = '01a1f8c0-3cd6-77dd-8f0d-ebecd5906a5a';

describe('SettleWindow', () => {
  let ended: Map<string, SettledOperation>;
  let reads: string[][];
  let signal: (id: string) => void;
  let subscriptions: number;
  let failing: boolean;
  let watch: OperationWatch;
  let window: SettleWindow;

  beforeEach(async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    [ended, reads, subscriptions, failing] = [new Map(), [], 0, false];
    const reader = {
      findEnded: async (ids: string[]) => {
        reads.push(ids);
        if (failing) throw new Error('away');
        return ids.flatMap((id) => ended.get(id) ?? []);
      },
    } as OperationReader;
    const signals = {
      subscribe: async (_channel: string, listener: (id: string) => void) => {
        subscriptions++;
        signal = listener;
        return () => undefined;
      },
    } as Signals;
    const config = Object.assign(offlineConfig(), { settleWindowMs: 1_000 });
    watch = new OperationWatch(reader, signals, createLogger('test', 'silent'));
    window = new SettleWindow(config, watch);
    await watch.onModuleInit();
  });

  afterEach(() => {
    watch.onModuleDestroy();
    jest.useRealTimers();
  });

  const end = (id = OPERATION_ID): SettledOperation => {
    const operation = operationView({ id, state: 'success' });
    ended.set(id, operation);
    return operation;
  };

  it('answers as soon as the end is signalled, with what the database says', async () => {
    const settled = window.settle(operationView());
    const operation = end();
    signal(OPERATION_ID);
    await expect(settled).resolves.toBe(operation);
    expect(reads).toEqual([[OPERATION_ID]]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not take a signal for the truth', async () => {
    const settled = window.settle(operationView());
    signal(OPERATION_ID);
    await jest.advanceTimersByTimeAsync(1_000);
    await expect(settled).resolves.toMatchObject({ state: 'pending' });
  });

  it('knows of an end that was signalled before anybody waited', async () => {
    const operation = end();
    signal(OPERATION_ID);
    await expect(window.settle(operationView())).resolves.toBe(operation);
  });

  it('heals a lost signal by looking, once for all who wait', async () => {
    const settled = [window.settle(operationView()), window.settle(operationView({ id: OTHER_ID }))];
    end();
    end(OTHER_ID);
    await jest.advanceTimersByTimeAsync(100);
    await expect(Promise.all(settled)).resolves.toMatchObject([{ state: 'success' }, { state: 'success' }]);
    expect(reads).toEqual([[OPERATION_ID, OTHER_ID]]);
  });

  it('wakes all who wait for one operation, with one subscription', async () => {
    const settled = Promise.all(Array.from({ length: 50 }, () => window.settle(operationView())));
    end();
    signal(OPERATION_ID);
    await expect(settled).resolves.toHaveLength(50);
    expect([subscriptions, reads.length]).toEqual([1, 1]);
  });

  it('looks no more when nobody waits', async () => {
    const settled = window.settle(operationView());
    await jest.advanceTimersByTimeAsync(1_000);
    await settled;
    const count = reads.length;
    await jest.advanceTimersByTimeAsync(5_000);
    expect(reads).toHaveLength(count);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('says pending while the database is away, and goes on looking', async () => {
    failing = true;
    const settled = window.settle(operationView());
    await jest.advanceTimersByTimeAsync(500);
    failing = false;
    const operation = end();
    await jest.advanceTimersByTimeAsync(100);
    await expect(settled).resolves.toBe(operation);
  });

  it('does not wait for what has ended already', async () => {
    const operation = operationView({ state: 'success' });
    await expect(window.settle(operation)).resolves.toBe(operation);
    expect(jest.getTimerCount()).toBe(0);
  });
});
