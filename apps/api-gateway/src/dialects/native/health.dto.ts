import { ApiProperty } from '@nestjs/swagger';

export class LivenessBody {
  @ApiProperty({ enum: ['ok'] })
  status!: 'ok';
}

export class ReadinessBody {
  @ApiProperty({ enum: ['ok', 'unavailable'] })
  status!: 'ok' | 'unavailable';

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'boolean' },
    example: { database: true, network: true },
  })
  checks!: Record<string, boolean>;
}
