import { ApiProperty } from '@nestjs/swagger';
import {
  OPERATION_KINDS,
  OPERATION_STATES,
  STEP_STATES,
  type OperationKind,
  type OperationState,
  type StepState,
} from '@isthmus/model';

export class StepBody {
  @ApiProperty()
  name!: string;

  @ApiProperty({ enum: STEP_STATES })
  state!: StepState;

  @ApiProperty({ type: 'integer' })
  attempt!: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startedAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endedAt!: string | null;

  @ApiProperty({ type: String, nullable: true })
  error!: string | null;
}

export class ResourceReferenceBody {
  @ApiProperty({ example: 'private-network' })
  type!: string;

  @ApiProperty({ format: 'uuid' })
  id!: string;
}

export class OperationDetailsBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ enum: OPERATION_KINDS })
  kind!: OperationKind;

  @ApiProperty({ enum: OPERATION_STATES })
  state!: OperationState;

  @ApiProperty({ type: String, nullable: true, description: 'One of eleven words, on failure and timeout.' })
  reason!: string | null;

  @ApiProperty({ type: String, nullable: true })
  message!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The problem behind the reason.' })
  code!: string | null;

  @ApiProperty({ type: ResourceReferenceBody, description: 'What the operation changes.' })
  resource!: ResourceReferenceBody;

  @ApiProperty({ type: ResourceReferenceBody, description: 'What to read to see the outcome.' })
  reference!: ResourceReferenceBody;

  @ApiProperty({ type: [StepBody] })
  steps!: StepBody[];

  @ApiProperty({ type: 'integer', minimum: 0, maximum: 100, description: 'Never falls.' })
  progressPercent!: number;

  @ApiProperty({ enum: ['forward', 'undo'] })
  direction!: 'forward' | 'undo';

  @ApiProperty({ description: 'It cannot go on by itself: an operator is needed.' })
  isStuck!: boolean;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startedAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  finishedAt!: string | null;

  @ApiProperty({ format: 'date-time' })
  deadline!: string;
}
