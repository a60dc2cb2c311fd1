import type { OperationView } from '@isthmus/model';

/** What every dialect tells of an operation. */
export type OperationStatus = Pick<OperationView, 'id' | 'state' | 'reason' | 'message' | 'reference'>;

/** With what a refusal needs, for answers that wait for the end. */
export type SettledOperation = OperationStatus & Pick<OperationView, 'code' | 'resource'>;
