import { ProblemError } from '@isthmus/problem';
import { beginSpan, inSpan, isTracing, useTracer } from './span';
import { isTracingAsked, startTracing, stopTracing } from './tracing';
import { createLogger } from './logger';

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('spans', () => {
  describe('without a tracer', () => {
    it.each([PARENT, 'nonsense', null])('hand on exactly the parent: %s', (parent) => {
      const span = beginSpan('work', { parent, beginsTrace: true });
      span.tell({ a: 1 });
      span.end('fault');
      expect(span.traceparent).toBe(parent);
      expect(isTracing()).toBe(false);
    });

    it('hand on null for no parent', () => {
      expect(beginSpan('work', { parent: undefined }).traceparent).toBeNull();
    });

    it('leave the work as it is', async () => {
      const work = (traceparent: string | null): Promise<string> => Promise.resolve(`did it in ${traceparent}`);
      expect(await inSpan('work', { parent: PARENT }, work)).toBe(`did it in ${PARENT}`);
      const failing = inSpan('work', { parent: PARENT }, () => Promise.reject(new Error('no')));
      await expect(failing).rejects.toThrow('no');
    });
  });

  describe('with a tracer', () => {
    const ended: unknown[] = [];

    beforeEach(() => {
      ended.length = 0;
      const begin = (name: string): ReturnType<typeof beginSpan> => ({
        traceparent: 'its own',
        tell: () => undefined,
        end: (error) => void ended.push([name, error]),
      });
      useTracer({ begin });
    });
    afterEach(() => useTracer(undefined));

    it('tell the work their own traceparent, and end with it', async () => {
      expect(await inSpan('work', { parent: PARENT }, (traceparent) => Promise.resolve(traceparent))).toBe('its own');
      expect(ended).toEqual([['work', undefined]]);
    });

    it('end with the code of what was thrown', async () => {
      const fail = (error: unknown): Promise<never> => inSpan('work', { parent: null }, () => Promise.reject(error));
      await expect(fail(new ProblemError('busy', 'later'))).rejects.toThrow('later');
      await expect(fail(new Error('secret'))).rejects.toThrow('secret');
      expect(ended).toEqual([
        ['work', 'busy'],
        ['work', 'fault'],
      ]);
    });
  });
});

describe('tracing', () => {
  const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };

  it.each([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
    [{ OTEL_SERVICE_NAME: 'x' }, false],
    [ENDPOINT, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }, true],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, true],
    [{ OTEL_TRACES_EXPORTER: 'console, otlp' }, true],
    [{ ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }, false],
    [{ ...ENDPOINT, OTEL_TRACES_EXPORTER: 'console' }, false],
    [{ ...ENDPOINT, OTEL_SDK_DISABLED: 'true' }, false],
  ])('is asked for by %j: %s', (env, isAsked) => {
    expect(isTracingAsked(env)).toBe(isAsked);
  });

  it('loads its tracer only when it is asked for', async () => {
    const loaded = jest.fn(() => ({ OtlpTracer: FakeTracer }));
    jest.doMock('./otlp-tracer', loaded);
    const logger = createLogger('test', 'silent');
    await startTracing('test', logger, {});
    await stopTracing();
    expect([loaded.mock.calls.length, isTracing()]).toEqual([0, false]);
    await startTracing('test', logger, ENDPOINT);
    expect([loaded.mock.calls.length, isTracing()]).toEqual([1, true]);
    await stopTracing();
    expect([FakeTracer.closed, isTracing()]).toEqual([1, false]);
  });
});

class FakeTracer {
  static closed = 0;

  close(): Promise<void> {
    FakeTracer.closed += 1;
    return Promise.reject(new Error('the collector is away'));
  }
}
