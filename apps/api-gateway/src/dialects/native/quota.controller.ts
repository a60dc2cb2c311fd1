import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { CallContext } from '@isthmus/rpc';
import { NetworkClient } from '../../clients/network.client';
import { VpnClient } from '../../clients/vpn.client';
import { Call } from '../../http/request';
import { QuotaListBody } from './quota.dto';

@ApiTags('quotas')
@Controller('v1/quotas')
export class QuotaController {
  constructor(
    private readonly network: NetworkClient,
    private readonly vpn: VpnClient,
  ) {}

  /** What the project may have, and has. */
  @Get()
  @ApiOperation({ operationId: 'listQuotas' })
  @ApiOkResponse({ type: QuotaListBody })
  async list(@Call() call: CallContext): Promise<QuotaListBody> {
    const quotas = await Promise.all([
      this.network.call('network-quota.list', {}, call),
      this.vpn.call('vpn-quota.list', {}, call),
    ]);
    return { items: quotas.flat() };
  }
}
