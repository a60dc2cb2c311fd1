import { Levels, QUICK_SECONDS, Timing } from '@isthmus/telemetry';

/** Round trips, resends included. `outcome` is `ok` or the code of the problem. */
export const clientDuration = new Timing({
  name: 'isthmus_rpc_client_duration_seconds',
  help: 'From a call to its answer, by the service that was called.',
  labels: ['service', 'pattern', 'outcome'],
  upToSeconds: QUICK_SECONDS,
});

export const serverDuration = new Timing({
  name: 'isthmus_rpc_server_duration_seconds',
  help: 'The work of the handler of a request, by the service that answers.',
  labels: ['service', 'pattern', 'outcome'],
  upToSeconds: QUICK_SECONDS,
});

const requestsInStream = new Levels({
  name: 'isthmus_rpc_queue_requests',
  help: 'Requests to a service in Redis, those that are being handled included; the same from every replica.',
  labels: ['service'],
});

const requestsInHand = new Levels({
  name: 'isthmus_rpc_server_requests',
  help: 'Requests that this process is handling.',
  labels: ['service'],
});

const deadRequests = new Levels({
  name: 'isthmus_rpc_dead_requests',
  help: 'Requests that were given up and wait for a person to look at them.',
  labels: ['service'],
});

interface StreamLengths {
  waiting: number;
  dead: number;
}

/** Looks at the requests to one service whenever somebody asks. Answers how to stop. */
export function measureRequests(
  service: string,
  lengths: () => Promise<StreamLengths>,
  countInHand: () => number,
): () => void {
  const labels = { service };
  const stops = [
    requestsInStream.readFrom(async () => [{ labels, value: (await lengths()).waiting }]),
    deadRequests.readFrom(async () => [{ labels, value: (await lengths()).dead }]),
    requestsInHand.readFrom(() => [{ labels, value: countInHand() }]),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
