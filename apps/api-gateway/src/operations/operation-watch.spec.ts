import type { Signals } from '@isthmus/rpc';
import { createLogger } from '@isthmus/telemetry';
import { OPERATION_ID, operationView } from '../views.fixture';
import type { OperationDetails } from './operation-details';
import type { OperationReader } from './operation.reader';
import type { SettledOperation } from './operation-status';
import { OperationWatch } from './operation-watch';

const OTHER_ID = '01a1f8c0-3cd6-77dd-8f0d-ebecd5906a5a';
const never = (): AbortSignal => new AbortController().signal;

describe('OperationWatch', () => {
  let ended: Map<string, SettledOperation>;
  let reads: string[][];
  let detailReads: string[][];
  let signal: (id: string) => void;
  let watch: OperationWatch;

  beforeEach(async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    [ended, reads, detailReads] = [new Map(), [], []];
    const reader = {
      findEnded: async (ids: string[]) => {
        reads.push(ids);
        return ids.flatMap((id) => ended.get(id) ?? []);
      },
      findDetailsOf: async (ids: string[]) => {
        detailReads.push(ids);
        return ids.map((id) => (ended.get(id) ?? operationView({ id })) as unknown as OperationDetails);
      },
    } as OperationReader;
    const signals = {
      subscribe: async (_channel: string, listener: (id: string) => void) => {
        signal = listener;
        return () => undefined;
      },
    } as Signals;
    watch = new OperationWatch(reader, signals, createLogger('test', 'silent'));
    await watch.onModuleInit();
  });

  afterEach(() => {
    watch.onModuleDestroy();
    jest.useRealTimers();
  });

  const end = (id = OPERATION_ID): void => void ended.set(id, operationView({ id, state: 'success' }));

  it('reads the end once for 2,000 long polls', async () => {
    const polls = Promise.all(Array.from({ length: 2_000 }, () => watch.ended(OPERATION_ID, 60_000, never())));
    end();
    signal(OPERATION_ID);
    expect(new Set((await polls).map((operation) => operation?.state))).toEqual(new Set(['success']));
    expect([reads, detailReads]).toEqual([[[OPERATION_ID]], [[OPERATION_ID]]]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('makes good a lost signal within a second, for all long polls at once', async () => {
    const polls = [OPERATION_ID, OTHER_ID].map((id) => watch.ended(id, 60_000, never()));
    [OPERATION_ID, OTHER_ID].forEach(end);
    await jest.advanceTimersByTimeAsync(1_000);
    await expect(Promise.all(polls)).resolves.toMatchObject([{ state: 'success' }, { state: 'success' }]);
    expect(reads).toEqual([[OPERATION_ID, OTHER_ID]]);
  });

  it('reads an operation once for 100 who follow it', async () => {
    const told: string[] = [];
    const stops = Array.from({ length: 100 }, () => watch.follow(OPERATION_ID, ({ state }) => told.push(state)));
    await jest.advanceTimersByTimeAsync(500);
    expect(detailReads).toEqual([[OPERATION_ID], [OPERATION_ID]]);
    expect(told).toEqual(Array(200).fill('pending'));
    stops.forEach((stop) => stop());
    expect(jest.getTimerCount()).toBe(0);
  });

  it('holds nothing for a client that went away', async () => {
    const client = new AbortController();
    const poll = watch.ended(OPERATION_ID, 60_000, client.signal);
    client.abort();
    await expect(poll).resolves.toBeUndefined();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('lets everybody go when the process stops, and holds nobody after that', async () => {
    const held = [watch.ended(OPERATION_ID, 60_000, never()), watch.settled(OTHER_ID, 1_000)];
    watch.onModuleDestroy();
    await expect(Promise.all(held)).resolves.toEqual([undefined, undefined]);
    await expect(watch.settled(OPERATION_ID, 1_000)).resolves.toBeUndefined();
    expect(jest.getTimerCount()).toBe(0);
  });
});
