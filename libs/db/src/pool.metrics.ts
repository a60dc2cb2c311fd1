import type { Pool } from 'pg';
import { Levels } from '@isthmus/telemetry';

const connections = new Levels({
  name: 'isthmus_db_pool_connections',
  help: 'Open connections to PostgreSQL, by what they do.',
  labels: ['schema', 'state'],
});

const waiting = new Levels({
  name: 'isthmus_db_pool_waiting',
  help: 'Work that waits for a connection to PostgreSQL.',
  labels: ['schema'],
});

const size = new Levels({
  name: 'isthmus_db_pool_size',
  help: 'The most connections to PostgreSQL that the process may open.',
  labels: ['schema'],
});

/** Answers how to stop. */
export function measurePool(pool: Pool, schema: string): () => void {
  const stops = [
    connections.readFrom(() => [
      { labels: { schema, state: 'idle' }, value: pool.idleCount },
      { labels: { schema, state: 'used' }, value: pool.totalCount - pool.idleCount },
    ]),
    waiting.readFrom(() => [{ labels: { schema }, value: pool.waitingCount }]),
    size.readFrom(() => [{ labels: { schema }, value: pool.options.max ?? 0 }]),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
