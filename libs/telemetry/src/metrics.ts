import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Every metric of this process. */
export const metrics = new Registry();

let isMeasuring = false;

/** From here on counters count and timings are taken. Until then nobody can read them, and they cost next to nothing. */
export function startMeasuring(): void {
  if (isMeasuring) return;
  isMeasuring = true;
  collectDefaultMetrics({ register: metrics });
}

type Labels<Name extends string> = Record<Name, string>;

interface MetricOptions<Label extends string> {
  /** With its unit at the end, e.g. `isthmus_outbox_lag_seconds`. */
  name: string;
  help: string;
  /** Of each label there must be few values: a pattern of a route, never an id. */
  labels: readonly Label[];
}

/** Something that happens, and how often. */
export class Tally<Label extends string> {
  private readonly counter: Counter<Label>;

  constructor({ name, help, labels }: MetricOptions<Label>) {
    this.counter = new Counter({ name, help, labelNames: labels, registers: [metrics] });
  }

  add(labels: Labels<Label>): void {
    if (isMeasuring) this.counter.inc(labels);
  }
}

/** How long something takes, as a histogram. */
export class Timing<Label extends string> {
  private readonly histogram: Histogram<Label>;

  /** @param options `upToSeconds` are the bounds of the buckets, ascending */
  constructor({ name, help, labels, upToSeconds }: MetricOptions<Label> & { upToSeconds: readonly number[] }) {
    this.histogram = new Histogram({ name, help, labelNames: labels, buckets: [...upToSeconds], registers: [metrics] });
  }

  observe(labels: Labels<Label>, seconds: number): void {
    if (isMeasuring) this.histogram.observe(labels, seconds);
  }
}

export interface Level<Label extends string> {
  labels: Labels<Label>;
  value: number;
}

type Read<Label extends string> = () => Promise<Level<Label>[]> | Level<Label>[];

const unread = new Counter({
  name: 'isthmus_metrics_unread_total',
  help: 'Levels that could not be read when they were asked for.',
  labelNames: ['metric'],
  registers: [metrics],
});

/** How much of something there is, looked up whenever somebody asks for the metrics, and only then. */
export class Levels<Label extends string> {
  private readonly readers = new Set<Read<Label>>();
  private readonly name: string;

  constructor({ name, help, labels }: MetricOptions<Label>) {
    this.name = name;
    const collect = (gauge: Gauge<Label>): Promise<void> => this.collect(gauge);
    new Gauge<Label>({
      name,
      help,
      labelNames: labels,
      registers: [metrics],
      async collect() {
        await collect(this);
      },
    });
  }

  /** Answers how to stop. What cannot be read is left out, and counted in `isthmus_metrics_unread_total`. */
  readFrom(read: Read<Label>): () => void {
    this.readers.add(read);
    return () => void this.readers.delete(read);
  }

  private async collect(gauge: Gauge<Label>): Promise<void> {
    const read = await Promise.all([...this.readers].map((reader) => this.attempt(reader)));
    // At once, so that of two who ask at the same time none sees half of it.
    gauge.reset();
    for (const { labels, value } of read.flat()) gauge.set(labels, value);
  }

  private async attempt(read: Read<Label>): Promise<Level<Label>[]> {
    try {
      return await read();
    } catch {
      unread.inc({ metric: this.name });
      return [];
    }
  }
}

/** For answers over the network and their parts. */
export const QUICK_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
/** For work that may wait for others, and be tried again. */
export const LASTING_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900] as const;
