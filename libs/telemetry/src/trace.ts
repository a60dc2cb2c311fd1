const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Whether `text` is a `traceparent` as the W3C defines it: version, trace, parent, flags; neither id is all zeros. */
export function isTraceparent(text: string): boolean {
  return TRACEPARENT.test(text);
}

/** The ids by which a log line is found again; those that are not known are left out of the line. */
export interface LoggedIds {
  requestId?: string;
  operationId?: string;
  /** The trace of `traceparent`, which has 32 hexadecimal digits. */
  traceId?: string;
}

interface Traced {
  requestId?: string;
  operationId?: string;
  traceparent?: string | null;
}

export function loggedIds({ requestId, operationId, traceparent }: Traced): LoggedIds {
  return { requestId, operationId, traceId: traceparent?.split('-')[1] };
}
