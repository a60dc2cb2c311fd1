import { ApiProperty } from '@nestjs/swagger';
import { Answer } from './huawei.answers';

export const QUOTA_TYPES = ['vpn_gateway', 'customer_gateway', 'vpn_connection'] as const;
export type QuotaType = (typeof QUOTA_TYPES)[number];

export class QuotaBody {
  @ApiProperty({ enum: QUOTA_TYPES })
  type!: QuotaType;

  @ApiProperty({ type: 'integer' })
  quota!: number;

  @ApiProperty({ type: 'integer' })
  used!: number;
}

export class QuotasBody {
  @ApiProperty({ type: [QuotaBody] })
  resources!: QuotaBody[];
}

export class QuotasAnswer extends Answer {
  @ApiProperty({ type: QuotasBody })
  quotas!: QuotasBody;
}
