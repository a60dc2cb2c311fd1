import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsUUID, Max, Min } from 'class-validator';
import {
  OPERATION_KINDS,
  OPERATION_STATES,
  STEP_STATES,
  type OperationKind,
  type OperationState,
  type StepState,
} from '@isthmus/model';
import { IsPlainText, QueryInteger } from '../../http/validators';
import { IsRfc3339 } from '../../operations/rfc3339';
import { PageQuery } from './page';

const LONGEST_WAIT_SECONDS = 60;
const DEFAULT_WAIT_SECONDS = 30;

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

export class ListedOperationBody {
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

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startedAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  finishedAt!: string | null;

  @ApiProperty({ format: 'date-time', description: 'Past it the operation is undone and ends as timeout.' })
  deadline!: string;
}

export class OperationDetailsBody extends ListedOperationBody {
  @ApiProperty({ type: [StepBody] })
  steps!: StepBody[];

  @ApiProperty({ type: 'integer', minimum: 0, maximum: 100, description: 'Never falls.' })
  progressPercent!: number;

  @ApiProperty({ enum: ['forward', 'undo'] })
  direction!: 'forward' | 'undo';

  @ApiProperty({ description: 'It cannot go on by itself: an operator is needed.' })
  isStuck!: boolean;

  @ApiProperty({ description: 'Nobody works on it at the moment, or it was put off several times in a row.' })
  isStalled!: boolean;

  @ApiProperty({ description: 'A request to cancel it would be granted.' })
  isCancellable!: boolean;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;
}

export class OperationPageBody {
  @ApiProperty({ type: [ListedOperationBody], description: 'The newest first.' })
  items!: ListedOperationBody[];

  @ApiProperty({ type: String, nullable: true, description: 'The cursor of the next page; null at the end.' })
  next!: string | null;
}

export class OperationListQuery extends PageQuery {
  @ApiPropertyOptional({ enum: OPERATION_STATES })
  @IsOptional()
  @IsIn(OPERATION_STATES)
  state?: OperationState;

  @ApiPropertyOptional({ enum: OPERATION_KINDS })
  @IsOptional()
  @IsIn(OPERATION_KINDS)
  kind?: OperationKind;

  @ApiPropertyOptional({ format: 'uuid', description: 'Of the resource that the operation changes.' })
  @IsOptional()
  @IsUUID()
  resourceId?: string;

  @ApiPropertyOptional({ example: 'private-network' })
  @IsOptional()
  @IsPlainText(1, 64)
  resourceType?: string;

  @ApiPropertyOptional({ format: 'date-time' })
  @IsOptional()
  @IsRfc3339()
  createdAfter?: string;

  @ApiPropertyOptional({ format: 'date-time' })
  @IsOptional()
  @IsRfc3339()
  createdBefore?: string;
}

export class OperationWaitQuery {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: LONGEST_WAIT_SECONDS,
    default: DEFAULT_WAIT_SECONDS,
    description: 'Seconds after which the operation is told as it is then.',
  })
  @QueryInteger()
  @IsInt()
  @Min(0)
  @Max(LONGEST_WAIT_SECONDS)
  timeout: number = DEFAULT_WAIT_SECONDS;
}
