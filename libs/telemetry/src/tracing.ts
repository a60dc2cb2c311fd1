import { type Environment, Settings } from '@isthmus/settings';
import type { Logger } from './logger';
import { useTracer } from './span';

const PROTOCOL = 'http/protobuf';
/** A collector that does not answer may cost a stopping process no more; what it has not taken by then is lost. */
const FLUSH_WITHIN_MS = 2_000;

/** What is sent to the collector, and how that ends. */
interface Export {
  /** Sends what waits. Rejects when it cannot. */
  close(): Promise<void>;
}

let running: Export | undefined;

/**
 * Sends spans to an OpenTelemetry collector from here on, when the environment asks for it: `OTEL_EXPORTER_OTLP_ENDPOINT`,
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, or `OTEL_TRACES_EXPORTER=otlp`. What sends them is loaded only then.
 *
 * @param app e.g. `api-gateway`; told as service `isthmus-api-gateway` unless the environment names another
 */
export async function startTracing(app: string, logger: Logger, env: Environment = process.env): Promise<void> {
  if (running || !isTracingAsked(env)) return;
  warnOfProtocol(logger, new Settings(env));
  const { OtlpTracer } = await import('./otlp-tracer');
  const tracer = new OtlpTracer(`isthmus-${app}`, logger);
  running = tracer;
  useTracer(tracer);
  logger.info('tracing');
}

/** Sends what waits and ends tracing; takes 2 s at most, and never rejects. */
export async function stopTracing(): Promise<void> {
  if (!running) return;
  const last = running;
  running = undefined;
  useTracer(undefined);
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, FLUSH_WITHIN_MS)));
  // A collector that is away was told of when it was away.
  await Promise.race([last.close().catch(() => undefined), patience]);
  clearTimeout(timer);
}

/** Not refused: the platform may have set it for all of its containers. */
function warnOfProtocol(logger: Logger, settings: Settings): void {
  const protocol =
    settings.text('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? settings.text('OTEL_EXPORTER_OTLP_PROTOCOL') ?? PROTOCOL;
  if (protocol !== PROTOCOL) logger.warn({ protocol }, `traces are sent as ${PROTOCOL} all the same`);
}

/** Whether the environment asks for traces, by the names and rules of OpenTelemetry. */
export function isTracingAsked(env: Environment): boolean {
  const settings = new Settings(env);
  if (settings.text('OTEL_SDK_DISABLED')?.trim().toLowerCase() === 'true') return false;
  const exporters = settings.text('OTEL_TRACES_EXPORTER');
  if (exporters !== undefined) return exporters.split(',').some((name) => name.trim() === 'otlp');
  return (
    settings.text('OTEL_EXPORTER_OTLP_ENDPOINT') !== undefined ||
    settings.text('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') !== undefined
  );
}
