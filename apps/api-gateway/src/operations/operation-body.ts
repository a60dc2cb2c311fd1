import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { OPERATION_STATES, type OperationState } from '@isthmus/model';
import { type OperationReason, type ProblemCode, ProblemError, PROBLEMS } from '@isthmus/problem';
import type { OperationStatus, SettledOperation } from './operation-status';

const REASONS: OperationReason[] = [
  'incorrect',
  'unknown',
  'unavailable',
  'forbidden',
  'busy',
  'fault',
  'partial',
  'not-found',
  'interrupted',
  'unsupported',
  'conflict',
];

export class OperationReference {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ description: 'Path to read the outcome at.' })
  link!: string;

  @ApiProperty({ example: 'get-private-network' })
  command!: string;
}

/** The operation as Exoscale shapes it, which every dialect shows. Members without a value are left out. */
export class OperationBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ enum: OPERATION_STATES })
  state!: OperationState;

  @ApiPropertyOptional({ enum: REASONS })
  reason?: OperationReason;

  @ApiPropertyOptional()
  message?: string;

  @ApiProperty({ type: OperationReference })
  reference!: OperationReference;
}

export function toOperationBody(operation: OperationStatus, link: string): OperationBody {
  const { id, state, reason, message, reference } = operation;
  return {
    id,
    state,
    ...(reason === null ? {} : { reason }),
    ...(message === null ? {} : { message }),
    reference: { id: reference.id, link, command: `get-${reference.type}` },
  };
}

/** An operation was accepted, and by the time of the answer had failed: all that it did is undone. */
export class FailedOperation extends ProblemError {}

/** What stopped an operation, as the problem that a caller would have got who could have waited. */
export function problemOfOperation(operation: SettledOperation): FailedOperation {
  const { code, message, resource } = operation;
  const known = code !== null && Object.hasOwn(PROBLEMS, code) ? (code as ProblemCode) : 'fault';
  return new FailedOperation(known, message ?? 'The operation failed.', {
    resource: resource.type,
    resourceId: resource.id,
  });
}
