import {
  type Attributes,
  type Context,
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  type Span as OtelSpan,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer as OtelTracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { version } from '../../../package.json';
import { ExportComplaints, WatchedExporter } from './export-complaints';
import type { Logger } from './logger';
import { noSpan, type Span, type SpanAttributes, type SpanOptions, type Tracer } from './span';
import { isTraceparent } from './trace';

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
} as const;

/**
 * Makes spans with the SDK of OpenTelemetry and sends them in batches, beside the work and never within it. This file is
 * loaded only where traces are asked for. Sampler, batches, limits and exporter are set by the standard `OTEL_*` names.
 */
export class OtlpTracer implements Tracer {
  private readonly provider: BasicTracerProvider;
  private readonly tracer: OtelTracer;

  /** @param exporter where spans go; the collector that the environment names unless told */
  constructor(serviceName: string, logger: Logger, exporter?: SpanExporter) {
    const complaints = new ExportComplaints(logger);
    diag.setLogger(complaints, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
    const watched = new WatchedExporter(exporter ?? new OTLPTraceExporter(), complaints);
    this.provider = new BasicTracerProvider({
      resource: resourceOf(serviceName),
      spanProcessors: [new BatchSpanProcessor(watched)],
    });
    this.tracer = this.provider.getTracer('isthmus', version);
  }

  begin(name: string, { kind = 'internal', parent, attributes = {}, beginsTrace }: SpanOptions): Span {
    const above = parent && isTraceparent(parent) ? contextOf(parent) : undefined;
    if (!above && !beginsTrace) return noSpan(parent);
    const options = { kind: KINDS[kind], attributes: known(attributes) };
    return new OtlpSpan(this.tracer.startSpan(name, options, above ?? ROOT_CONTEXT));
  }

  /** Sends what waits; nothing is sent after it. */
  close(): Promise<void> {
    return this.provider.shutdown();
  }
}

class OtlpSpan implements Span {
  readonly traceparent: string;

  constructor(private readonly span: OtelSpan) {
    const { traceId, spanId, traceFlags } = span.spanContext();
    this.traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  }

  tell(attributes: SpanAttributes): void {
    this.span.setAttributes(known(attributes));
  }

  end(error?: string): void {
    if (error !== undefined) {
      this.span.setStatus({ code: SpanStatusCode.ERROR });
      this.span.setAttribute('error.type', error);
    }
    this.span.end();
  }
}

function contextOf(traceparent: string): Context {
  const [, traceId, spanId, flags] = traceparent.split('-') as [string, string, string, string];
  const traceFlags = parseInt(flags, 16);
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

function known(attributes: SpanAttributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}

/** `OTEL_RESOURCE_ATTRIBUTES` wins over what we say, and `OTEL_SERVICE_NAME` over both. */
function resourceOf(serviceName: string): Resource {
  const ours = resourceFromAttributes({
    'service.name': serviceName,
    'service.version': version,
    'process.pid': process.pid,
    ...(process.env.SERVICE_INSTANCE ? { 'service.instance.id': process.env.SERVICE_INSTANCE } : {}),
  });
  return defaultResource()
    .merge(ours)
    .merge(detectResources({ detectors: [envDetector] }));
}
