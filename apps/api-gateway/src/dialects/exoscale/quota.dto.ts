import { ApiProperty } from '@nestjs/swagger';

export class QuotaBody {
  @ApiProperty({ example: 'private-network' })
  resource!: string;

  @ApiProperty({ type: 'integer' })
  usage!: number;

  @ApiProperty({ type: 'integer', description: '-1 without limit.' })
  limit!: number;
}

export class QuotaListBody {
  @ApiProperty({ type: [QuotaBody] })
  quotas!: QuotaBody[];
}
