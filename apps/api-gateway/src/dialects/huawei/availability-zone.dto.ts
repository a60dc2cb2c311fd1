import { ApiProperty } from '@nestjs/swagger';
import { VPN_ATTACHMENT_TYPES, VPN_FLAVORS, type VpnAttachmentType, type VpnFlavor } from '@isthmus/model';
import { Answer } from './huawei.answers';
import { IP_VERSIONS, type IpVersion } from './vpn-gateway.dto';

/** Zones that offer one specification. */
export class ZonesOfFlavorBody {
  @ApiProperty({ type: [String] })
  vpc!: string[];

  @ApiProperty({ type: [String] })
  er!: string[];
}

/** By specification; the names are spelled as they are in the wire format, which is in two ways. */
export class GroupedZonesBody {
  @ApiProperty({ type: ZonesOfFlavorBody })
  basic!: ZonesOfFlavorBody;

  @ApiProperty({ type: ZonesOfFlavorBody })
  professional1!: ZonesOfFlavorBody;

  @ApiProperty({ type: ZonesOfFlavorBody })
  professional2!: ZonesOfFlavorBody;

  @ApiProperty({ type: ZonesOfFlavorBody })
  'Professional1-NonFixedIP'!: ZonesOfFlavorBody;

  @ApiProperty({ type: ZonesOfFlavorBody })
  'Professional2-NonFixedIP'!: ZonesOfFlavorBody;

  @ApiProperty({ type: ZonesOfFlavorBody })
  gm!: ZonesOfFlavorBody;
}

export class GroupedZonesAnswer extends Answer {
  @ApiProperty({ type: GroupedZonesBody })
  availability_zones!: GroupedZonesBody;
}

export class AvailableSpecBody {
  @ApiProperty({ enum: VPN_FLAVORS })
  flavor!: VpnFlavor;

  @ApiProperty({ enum: VPN_ATTACHMENT_TYPES })
  attachment_type!: VpnAttachmentType;

  @ApiProperty({ enum: IP_VERSIONS })
  ip_version!: IpVersion;
}

export class ZoneBody {
  @ApiProperty()
  name!: string;

  @ApiProperty()
  public_border_group!: string;

  @ApiProperty({ type: [AvailableSpecBody] })
  available_specs!: AvailableSpecBody[];
}

export class ZonesAnswer extends Answer {
  @ApiProperty({ type: [ZoneBody] })
  availability_zones!: ZoneBody[];
}
