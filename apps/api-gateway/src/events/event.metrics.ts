import { Levels } from '@isthmus/telemetry';

const lag = new Levels({
  name: 'isthmus_event_lag_seconds',
  help: 'How long the oldest committed event has been waiting for its position; 0 when none is. The same from every gateway.',
  labels: [],
});

/** Answers how to stop. */
export function measureEvents(readLagSeconds: () => Promise<number>): () => void {
  return lag.readFrom(async () => [{ labels: {}, value: await readLagSeconds() }]);
}
