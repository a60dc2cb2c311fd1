import type { OperationView } from '@isthmus/model';

/** An operation without its times: all that most dialects tell. */
export type OperationStatus = Pick<
  OperationView,
  'id' | 'kind' | 'state' | 'reason' | 'message' | 'code' | 'resource' | 'reference'
>;
