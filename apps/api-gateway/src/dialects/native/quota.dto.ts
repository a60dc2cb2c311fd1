import { ApiProperty } from '@nestjs/swagger';
import {
  NETWORK_QUOTA_RESOURCES,
  type NetworkQuotaResource,
  VPN_QUOTA_RESOURCES,
  type VpnQuotaResource,
} from '@isthmus/contracts';

export class QuotaBody {
  @ApiProperty({ enum: [...NETWORK_QUOTA_RESOURCES, ...VPN_QUOTA_RESOURCES] })
  resource!: NetworkQuotaResource | VpnQuotaResource;

  @ApiProperty({ type: 'integer', description: 'The most that the project may have.' })
  limit!: number;

  @ApiProperty({ type: 'integer' })
  used!: number;
}

export class QuotaListBody {
  @ApiProperty({ type: [QuotaBody] })
  items!: QuotaBody[];
}
