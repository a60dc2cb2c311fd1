import type { Database } from '@isthmus/db';
import { Levels, LASTING_SECONDS, Tally, Timing } from '@isthmus/telemetry';

export const acceptedOperations = new Tally({
  name: 'isthmus_operations_accepted_total',
  help: 'Operations accepted.',
  labels: ['service', 'kind'],
});

export const operationDuration = new Timing({
  name: 'isthmus_operation_duration_seconds',
  help: 'From the acceptance of an operation to its end, by how it ended.',
  labels: ['service', 'kind', 'state'],
  upToSeconds: LASTING_SECONDS,
});

/** `outcome`: done, failed, undone, or undo_failed. */
export const stepDuration = new Timing({
  name: 'isthmus_operation_step_duration_seconds',
  help: 'One attempt of one step, by what came of it.',
  labels: ['service', 'kind', 'step', 'outcome'],
  upToSeconds: LASTING_SECONDS,
});

export const operationRetries = new Tally({
  name: 'isthmus_operation_retries_total',
  help: 'Operations put back to be tried again later, by direction.',
  labels: ['service', 'kind', 'direction'],
});

const pending = new Levels({
  name: 'isthmus_operations_pending',
  help: 'Operations that have not ended, by direction; the same from every replica.',
  labels: ['service', 'kind', 'direction'],
});

const stuck = new Levels({
  name: 'isthmus_operations_stuck',
  help: 'Operations among the pending ones that were tried so often that a person should look; the same from every replica.',
  labels: ['service', 'kind'],
});

const running = new Levels({
  name: 'isthmus_operations_running',
  help: 'Operations that this process has in hand.',
  labels: ['service'],
});

/** By the few that live, as the sweeper goes. */
const LIVING = `
  SELECT o.kind, o.direction, count(*)::float8 AS value, count(*) FILTER (WHERE o.is_stuck)::float8 AS stuck
    FROM ops.live_operation l JOIN ops.operation o ON o.id = l.operation_id
   WHERE o.service = $1 AND o.state = 'pending' GROUP BY o.kind, o.direction`;

interface Living {
  kind: string;
  direction: 'forward' | 'undo';
  value: number;
  stuck: number;
}

/** Looks at the operations of one service whenever somebody asks. Answers how to stop. */
export function measureOperations(database: Database, service: string, countRunning: () => number): () => void {
  const living = (): Promise<Living[]> => database.query<Living>(LIVING, [service]);
  const stops = [
    pending.readFrom(async () =>
      (await living()).map(({ kind, direction, value }) => ({ labels: { service, kind, direction }, value })),
    ),
    stuck.readFrom(async () => {
      const byKind = new Map<string, number>();
      for (const row of await living()) byKind.set(row.kind, (byKind.get(row.kind) ?? 0) + row.stuck);
      return [...byKind].map(([kind, value]) => ({ labels: { service, kind }, value }));
    }),
    running.readFrom(() => [{ labels: { service }, value: countRunning() }]),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
