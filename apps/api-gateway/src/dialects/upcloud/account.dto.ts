import { ApiProperty } from '@nestjs/swagger';

export class ResourceLimitsBody {
  @ApiProperty({ type: 'integer' })
  networks!: number;

  @ApiProperty({ type: 'integer' })
  network_peerings!: number;

  @ApiProperty({ type: 'integer' })
  routers!: number;
}

export class AccountBody {
  @ApiProperty({ description: 'Nothing is charged for here, so nothing is used up.' })
  credits!: number;

  @ApiProperty({ description: 'The access key.' })
  username!: string;

  @ApiProperty({ type: ResourceLimitsBody })
  resource_limits!: ResourceLimitsBody;
}

export class AccountAnswer {
  @ApiProperty({ type: AccountBody })
  account!: AccountBody;
}
