import { toProblem } from '@isthmus/problem';

/** What is not known, undefined, is left out. */
export type SpanAttributes = Record<string, string | number | boolean | undefined>;

export interface SpanOptions {
  /** `internal` when absent. */
  kind?: 'internal' | 'server' | 'client' | 'consumer';
  /** The W3C `traceparent` that it hangs below; one that makes no sense counts as none. */
  parent: string | null | undefined;
  attributes?: SpanAttributes;
  /** Without a parent a new trace begins. Absent, there is no span then: what timers do would fill the collector. */
  beginsTrace?: true;
}

/** A piece of work with a beginning and an end, as a part of a trace. */
export interface Span {
  /** What is handed on to the work below; without tracing exactly the parent. Null when there is no trace. */
  readonly traceparent: string | null;
  /** Adds what has become known meanwhile. */
  tell(attributes: SpanAttributes): void;
  /** @param error why the work was not done, e.g. the code of a problem; absent when it was. Never a text that may tell data. */
  end(error?: string): void;
}

/** Where spans go. */
export interface Tracer {
  begin(name: string, options: SpanOptions): Span;
}

let tracer: Tracer | undefined;

/** From here on spans are made; with undefined no longer. */
export function useTracer(next: Tracer | undefined): void {
  tracer = next;
}

/** Spans are made: whoever has to do more for one than to begin it asks first. */
export function isTracing(): boolean {
  return tracer !== undefined;
}

/** Begins a span, which must be ended. Its name is a pattern and holds no id. */
export function beginSpan(name: string, options: SpanOptions): Span {
  if (tracer) return tracer.begin(name, options);
  return noSpan(options.parent);
}

/** What stands for a span where there is none. */
export function noSpan(parent: string | null | undefined): Span {
  return parent ? new NoSpan(parent) : NOWHERE;
}

class NoSpan implements Span {
  constructor(readonly traceparent: string | null) {}

  tell(): void {}

  end(): void {}
}

const NOWHERE = new NoSpan(null);

/** The code of the problem in what was thrown. */
function codeIn(thrown: unknown): string {
  return toProblem(thrown).code;
}

/**
 * Does `work` within a span, and gives it what to hand on. What it throws is thrown, and its code ends the span.
 *
 * @param errorIn why the work was not done, from what was thrown
 */
export async function inSpan<T>(
  name: string,
  options: SpanOptions,
  work: (traceparent: string | null) => Promise<T>,
  errorIn: (thrown: unknown) => string = codeIn,
): Promise<T> {
  const span = beginSpan(name, options);
  try {
    const result = await work(span.traceparent);
    span.end();
    return result;
  } catch (error) {
    span.end(errorIn(error));
    throw error;
  }
}
