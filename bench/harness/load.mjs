/**
 * Runs `work` in a closed loop: each client starts its next piece when the last one is done.
 *
 * @param {object} options
 * @param {number} options.clients how many at once
 * @param {number} options.durationMs no piece is started after that
 * @param {(client: number) => Promise<void>} options.work one piece; a rejection ends the run
 * @returns {Promise<Figures>}
 *
 * @typedef {{rate: number, p50Ms?: number, p99Ms: number}} Figures rate in pieces per second
 */
export async function closedLoop({ clients, durationMs, work }) {
  const latencies = [];
  const startedMs = performance.now();
  const client = async (index) => {
    let beganMs = performance.now();
    while (beganMs < startedMs + durationMs) {
      await work(index);
      const endedMs = performance.now();
      latencies.push(endedMs - beganMs);
      beganMs = endedMs;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
  const seconds = (performance.now() - startedMs) / 1000;
  return { rate: latencies.length / seconds, p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99) };
}

/**
 * Measures contenders in turns, window after window, so that whatever slows the machine down slows all of them down.
 * A short warm-up of each goes before and is not counted.
 *
 * @param {{windows: number, windowMs: number}} plan
 * @param {Record<string, (durationMs: number) => Promise<Figures>>} contenders
 * @returns {Promise<Record<string, Figures>>} the median of the windows, figure by figure
 */
export async function measureInTurns({ windows, windowMs }, contenders) {
  const seen = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let window = 0; window <= windows; window++) {
    for (const [name, run] of Object.entries(contenders)) {
      const figures = await run(window === 0 ? windowMs / 4 : windowMs);
      if (window > 0) seen[name].push(figures);
    }
  }
  return Object.fromEntries(Object.entries(seen).map(([name, figures]) => [name, medianOf(figures)]));
}

/** A row of a table: what was measured beside its bare counterpart. */
export function compared(labels, isthmus, bare, target) {
  return {
    ...labels,
    'rate/s': isthmus.rate,
    'p50 ms': isthmus.p50Ms,
    'p99 ms': isthmus.p99Ms,
    ...(bare && { 'bare rate/s': bare.rate, 'bare p50': bare.p50Ms, 'bare p99': bare.p99Ms }),
    ...(bare && { 'rate ratio': isthmus.rate / bare.rate, 'p50 ratio': isthmus.p50Ms / bare.p50Ms }),
    target,
  };
}

export const COMPARED_COLUMNS = [
  ...['rate/s', 'p50 ms', 'p99 ms', 'bare rate/s', 'bare p50', 'bare p99', 'rate ratio', 'p50 ratio', 'target'],
];

function medianOf(figures) {
  const middle = (name) =>
    quantile(
      figures.map((each) => each[name]),
      0.5,
    );
  return { rate: middle('rate'), p50Ms: middle('p50Ms'), p99Ms: middle('p99Ms') };
}

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
