import { Levels } from '@isthmus/telemetry';

const jobs = new Levels({
  name: 'isthmus_queue_jobs',
  help: 'Wake-ups in the queue of a service in Redis; the same from every replica.',
  labels: ['queue', 'state'],
});

/** Answers how to stop. */
export function measureQueue(queue: string, count: () => Promise<Record<string, number>>): () => void {
  return jobs.readFrom(async () =>
    Object.entries(await count()).map(([state, value]) => ({ labels: { queue, state }, value })),
  );
}
