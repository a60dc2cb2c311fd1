import { ApiProperty } from '@nestjs/swagger';

export class ZoneBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'ch-gva-2' })
  name!: string;

  @ApiProperty({ format: 'uri', description: 'Base URL of all calls about this zone.' })
  'api-endpoint'!: string;
}

export class ZoneListBody {
  @ApiProperty({ type: [ZoneBody] })
  zones!: ZoneBody[];
}
