import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { AUDIT_OUTCOMES, type AuditOutcome } from '../../audit/audit.list';
import { IsPlainText } from '../../http/validators';
import { IsRfc3339 } from '../../operations/rfc3339';
import { PageQuery } from './page';

const MAX_FILTER_LENGTH = 200;

export class ListAuditQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'The access key that asked.' })
  @IsOptional()
  @IsPlainText(1, MAX_FILTER_LENGTH)
  principal?: string;

  @ApiPropertyOptional({ example: 'private-network.create' })
  @IsOptional()
  @IsPlainText(1, MAX_FILTER_LENGTH)
  action?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsPlainText(1, MAX_FILTER_LENGTH)
  resourceId?: string;

  @ApiPropertyOptional({ enum: AUDIT_OUTCOMES })
  @IsOptional()
  @IsIn(AUDIT_OUTCOMES)
  outcome?: AuditOutcome;

  @ApiPropertyOptional({ format: 'date-time', description: 'Only entries written after this moment.' })
  @IsOptional()
  @IsRfc3339()
  after?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Only entries written before this moment.' })
  @IsOptional()
  @IsRfc3339()
  before?: string;
}

export class AuditEntryBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ format: 'date-time' })
  timestamp!: string;

  @ApiProperty({ type: String, nullable: true, description: 'The access key that asked.' })
  principal!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The IP address that the request came from.' })
  sourceAddress!: string | null;

  @ApiProperty({ description: 'As told in X-Request-Id.' })
  requestId!: string;

  @ApiProperty({ type: String, nullable: true })
  traceparent!: string | null;

  @ApiProperty({
    example: 'private-network.create',
    description: 'Of an accepted mutation its command, of a denied request its method and route.',
  })
  action!: string;

  @ApiProperty({ type: String, nullable: true, example: 'private-network' })
  resourceType!: string | null;

  @ApiProperty({ type: String, nullable: true })
  resourceId!: string | null;

  @ApiProperty({ enum: AUDIT_OUTCOMES })
  outcome!: AuditOutcome;

  @ApiProperty({ type: String, nullable: true, description: 'Why it was denied, as a code …' })
  code!: string | null;

  @ApiProperty({ type: String, nullable: true, description: '… and in words.' })
  detail!: string | null;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'The operation that does the work.' })
  operationId!: string | null;

  @ApiProperty(anyObject('The resource before; null when there was none.'))
  before!: Record<string, unknown> | null;

  @ApiProperty(anyObject('What was asked for, where the operation makes the change later.'))
  requested!: Record<string, unknown> | null;

  @ApiProperty(anyObject('The resource when the mutation was accepted; null when it is gone.'))
  after!: Record<string, unknown> | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Its place in the chain; null until it is sealed.' })
  position!: number | null;

  @ApiProperty({ type: String, nullable: true, description: 'The hash of the chain there, SHA-256 in hexadecimal.' })
  hash!: string | null;
}

export class AuditPageBody {
  @ApiProperty({ type: [AuditEntryBody], description: 'The newest first.' })
  items!: AuditEntryBody[];

  @ApiProperty({ type: String, nullable: true, description: 'The cursor of the next page; null at the end.' })
  next!: string | null;
}

function anyObject(description: string) {
  return { type: 'object', additionalProperties: true, nullable: true, description } as const;
}
