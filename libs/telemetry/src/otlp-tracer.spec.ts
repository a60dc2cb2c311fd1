import { type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { createLogger } from './logger';
import { OtlpTracer } from './otlp-tracer';
import { isTraceparent } from './trace';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = `00-${TRACE}-00f067aa0ba902b7-01`;
const ERROR = 2;

/** Keeps what it is sent, or refuses it. */
class TestExporter implements SpanExporter {
  readonly spans: ReadableSpan[] = [];
  refusal: Error | undefined;

  export(spans: ReadableSpan[], done: Parameters<SpanExporter['export']>[1]): void {
    if (this.refusal) return done({ code: 1, error: this.refusal });
    this.spans.push(...spans);
    done({ code: 0 });
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

describe('the tracer', () => {
  const logger = createLogger('test', 'silent');
  let exporter: TestExporter;
  let tracer: OtlpTracer;

  beforeEach(() => {
    exporter = new TestExporter();
    tracer = new OtlpTracer('isthmus-test', logger, exporter);
  });

  async function sent(): Promise<ReadableSpan[]> {
    await tracer.close();
    return exporter.spans;
  }

  it('hangs a span below its parent, and what follows below the span', async () => {
    const outer = tracer.begin('outer', { kind: 'server', parent: PARENT, attributes: { a: 1, b: undefined } });
    const inner = tracer.begin('inner', { parent: outer.traceparent });
    outer.tell({ c: 'd' });
    inner.end();
    outer.end();
    const [first, second] = await sent();
    expect([first?.name, second?.name]).toEqual(['inner', 'outer']);
    expect(outer.traceparent).toBe(`00-${TRACE}-${second?.spanContext().spanId}-01`);
    expect(inner.traceparent).toBe(`00-${TRACE}-${first?.spanContext().spanId}-01`);
    expect(second?.parentSpanContext?.spanId).toBe('00f067aa0ba902b7');
    expect(first?.parentSpanContext?.spanId).toBe(second?.spanContext().spanId);
    expect(second?.attributes).toEqual({ a: 1, c: 'd' });
    expect(second?.resource.attributes).toMatchObject({
      'service.name': 'isthmus-test',
      'service.version': expect.stringMatching(/^\d/),
    });
  });

  it('ends a span as an error with what it was told, and else not', async () => {
    tracer.begin('failed', { parent: PARENT }).end('busy');
    tracer.begin('done', { parent: PARENT }).end();
    const [failed, done] = await sent();
    expect([failed?.status.code, failed?.attributes]).toEqual([ERROR, { 'error.type': 'busy' }]);
    expect([done?.status.code, done?.attributes]).toEqual([0, {}]);
  });

  it.each([
    null,
    undefined,
    'nonsense',
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `ff-${TRACE}-00f067aa0ba902b7-01`,
  ])('begins a new trace without a parent that makes sense, where it may: %s', async (parent) => {
    const span = tracer.begin('root', { parent, beginsTrace: true });
    expect(isTraceparent(span.traceparent ?? '')).toBe(true);
    expect(span.traceparent).not.toContain(TRACE);
    span.end();
    expect(tracer.begin('timer', { parent }).traceparent).toBe(parent ?? null);
    expect((await sent()).map(({ name }) => name)).toEqual(['root']);
  });

  it('makes nothing of what the caller does not want sampled, but hands it on', async () => {
    const span = tracer.begin('unwanted', { parent: `00-${TRACE}-00f067aa0ba902b7-00`, beginsTrace: true });
    expect(span.traceparent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`));
    span.end('fault');
    expect(await sent()).toEqual([]);
  });

  it('tells the log that spans are lost, once for many', async () => {
    const warn = jest.spyOn(logger, 'warn');
    exporter.refusal = new Error('connect ECONNREFUSED');
    for (let n = 0; n < 600; n++) tracer.begin('lost', { parent: PARENT }).end();
    await sent();
    expect(warn.mock.calls).toEqual([
      [{ reason: 'connect ECONNREFUSED', lostSpans: 512, unsaid: 0 }, 'traces are incomplete'],
    ]);
    warn.mockRestore();
  });
});
