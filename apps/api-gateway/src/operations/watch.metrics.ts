import { Levels } from '@isthmus/telemetry';

/** `kind`: settling (an answer that is held back for a moment), waiting (a long poll), following (a stream of events). */
const watchers = new Levels({
  name: 'isthmus_operation_watchers',
  help: 'Clients of this process that wait to hear of an operation.',
  labels: ['kind'],
});

/** Answers how to stop. */
export function measureWatchers(count: () => Record<'settling' | 'waiting' | 'following', number>): () => void {
  return watchers.readFrom(() => Object.entries(count()).map(([kind, value]) => ({ labels: { kind }, value })));
}
