import { Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Topology } from '@isthmus/model';
import { VpnClient } from '../../clients/vpn.client';
import { Call, type RequestContext } from '../../http/request';
import { GroupedZonesAnswer, ZonesAnswer } from './availability-zone.dto';
import { toGroupedZones, toZoneBodies } from './availability-zone.mapper';
import { ProjectController } from './huawei.project';

@ApiTags('VPN gateways')
@ProjectController('v5', 'vpn-gateways/availability-zones')
export class HuaweiGroupedZonesController {
  constructor(
    private readonly vpn: VpnClient,
    private readonly topology: Topology,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'ListAvailabilityZones' })
  @ApiOkResponse({ type: GroupedZonesAnswer })
  async list(@Call() call: RequestContext): Promise<GroupedZonesAnswer> {
    const { region } = this.topology.defaultZone;
    const offers = await this.vpn.call('vpn-gateway.list-offers', { region }, call);
    return { availability_zones: toGroupedZones(offers), request_id: call.requestId };
  }
}

@ApiTags('VPN gateways')
@ProjectController('v5.1', 'vpn-gateways/availability-zones')
export class HuaweiZonesController {
  constructor(
    private readonly vpn: VpnClient,
    private readonly topology: Topology,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'ListExtendedAvailabilityZones' })
  @ApiOkResponse({ type: ZonesAnswer })
  async list(@Call() call: RequestContext): Promise<ZonesAnswer> {
    const { region } = this.topology.defaultZone;
    const offers = await this.vpn.call('vpn-gateway.list-offers', { region }, call);
    return { availability_zones: toZoneBodies(offers), request_id: call.requestId };
  }
}
