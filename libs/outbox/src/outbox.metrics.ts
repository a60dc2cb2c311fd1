import type { Database } from '@isthmus/db';
import { Levels } from '@isthmus/telemetry';

const lag = new Levels({
  name: 'isthmus_outbox_lag_seconds',
  help: 'How long the oldest wake-up that is due has been waiting for a relay; 0 when none is. The same from every replica.',
  labels: ['service'],
});

const rows = new Levels({
  name: 'isthmus_outbox_rows',
  help: 'Wake-ups in the outbox, also those that are to be sent later. The same from every replica.',
  labels: ['service'],
});

const LOOK = `
  SELECT greatest(0, coalesce(extract(epoch FROM now() - min(available_at)), 0))::float8 AS lag, count(*)::float8 AS rows
    FROM ops.outbox WHERE service = $1`;

/** Looks at the outbox of one service whenever somebody asks. Answers how to stop. */
export function measureOutbox(database: Database, service: string): () => void {
  const look = async (): Promise<{ lag: number; rows: number }> => {
    const [found] = await database.query<{ lag: number; rows: number }>(LOOK, [service]);
    return found ?? { lag: 0, rows: 0 };
  };
  const stops = [
    lag.readFrom(async () => [{ labels: { service }, value: (await look()).lag }]),
    rows.readFrom(async () => [{ labels: { service }, value: (await look()).rows }]),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
