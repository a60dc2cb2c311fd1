import { Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { VpnClient } from '../../clients/vpn.client';
import { Call, type RequestContext } from '../../http/request';
import { ProjectController } from './huawei.project';
import { QuotasAnswer } from './quota.dto';
import { toQuotaBody } from './quota.mapper';

@ApiTags('VPN quotas')
@ProjectController('v5', 'vpn/quotas')
export class HuaweiQuotaController {
  constructor(private readonly vpn: VpnClient) {}

  @Get()
  @ApiOperation({ operationId: 'ShowQuotasInfo' })
  @ApiOkResponse({ type: QuotasAnswer })
  async show(@Call() call: RequestContext): Promise<QuotasAnswer> {
    const quotas = await this.vpn.call('vpn-quota.list', {}, call);
    return { quotas: { resources: quotas.map(toQuotaBody) }, request_id: call.requestId };
  }
}
