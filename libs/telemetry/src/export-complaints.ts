import type { DiagLogger } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Logger } from './logger';

type Done = Parameters<SpanExporter['export']>[1];

const TELL_EVERY_MS = 60_000;

/** What goes wrong with the sending of spans, in the log: a line a minute at most, with how much went unsaid before it. */
export class ExportComplaints implements DiagLogger {
  private toldAtMs = -Infinity;
  private unsaid = 0;

  constructor(private readonly logger: Logger) {}

  tell(reason: string, lostSpans?: number): void {
    const nowMs = performance.now();
    if (nowMs - this.toldAtMs < TELL_EVERY_MS) {
      this.unsaid += 1;
      return;
    }
    this.logger.warn({ reason, lostSpans, unsaid: this.unsaid }, 'traces are incomplete');
    this.toldAtMs = nowMs;
    this.unsaid = 0;
  }

  /** What the SDK itself has to say, e.g. of settings that it cannot read. */
  error(message: string): void {
    this.tell(message);
  }

  warn(message: string): void {
    this.tell(message);
  }

  info(): void {}

  debug(): void {}

  verbose(): void {}
}

/** Tells of spans that could not be sent. The SDK would tell of every batch. */
export class WatchedExporter implements SpanExporter {
  constructor(
    private readonly exporter: SpanExporter,
    private readonly complaints: ExportComplaints,
  ) {}

  export(spans: ReadableSpan[], done: Done): void {
    this.exporter.export(spans, ({ code, error }) => {
      if (code !== SUCCESS) this.complaints.tell(error?.message ?? 'the collector refused them', spans.length);
      done({ code: SUCCESS });
    });
  }

  forceFlush(): Promise<void> {
    return this.exporter.forceFlush?.() ?? Promise.resolve();
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }
}

/** `ExportResultCode` of the SDK, whose package of that name is no dependency of ours. */
const SUCCESS = 0;
