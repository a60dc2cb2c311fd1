import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional } from 'class-validator';
import { QueryBoolean } from '../http/validators';
import { AsksForDryRun } from './dry-run.guard';

/** Asks for the answer of a creation without its consequences. */
@AsksForDryRun('dry_run')
export class DryRunQuery {
  @ApiPropertyOptional({ description: 'Answers what would be made, and writes nothing.' })
  @IsOptional()
  @QueryBoolean()
  @IsBoolean()
  dry_run?: boolean;
}

export class QuotaUseBody {
  @ApiProperty({ example: 'private-network' })
  resource!: string;

  @ApiProperty({ type: 'integer' })
  limit!: number;

  @ApiProperty({ type: 'integer' })
  current!: number;

  @ApiProperty({ type: 'integer', description: 'With what would be made.' })
  after!: number;
}

export class DryRunBody {
  @ApiProperty({ type: [QuotaUseBody], description: 'Every quota that it would take from.' })
  quotas!: QuotaUseBody[];
}

export const DRY_RUN_ONLY = 'Only in answers to a dry run.';
