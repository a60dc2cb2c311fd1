import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ProblemError } from '@isthmus/problem';
import type { CallContext } from '@isthmus/rpc';
import { NetworkClient } from '../../clients/network.client';
import { Call } from '../../http/request';
import { Scope, ZONED_BASES, type ZoneScope } from './exoscale.scope';
import { QuotaBody, QuotaListBody } from './quota.dto';

const UNLIMITED = -1;

/** What is counted of a project in a zone. */
@ApiTags('quota')
@Controller(ZONED_BASES)
export class ExoscaleQuotaController {
  constructor(private readonly network: NetworkClient) {}

  @Get('quota')
  @ApiOperation({ operationId: 'list-quotas' })
  @ApiOkResponse({ type: QuotaListBody })
  async list(@Scope() scope: ZoneScope, @Call() call: CallContext): Promise<QuotaListBody> {
    return { quotas: [await this.privateNetworks(scope, call)] };
  }

  @Get('quota/:entity')
  @ApiOperation({ operationId: 'get-quota' })
  @ApiOkResponse({ type: QuotaBody })
  async get(@Scope() scope: ZoneScope, @Param('entity') entity: string, @Call() call: CallContext): Promise<QuotaBody> {
    if (entity !== 'private-network') throw new ProblemError('not-found', `There is no quota for ${entity}.`);
    return this.privateNetworks(scope, call);
  }

  private async privateNetworks({ region, zone }: ZoneScope, call: CallContext): Promise<QuotaBody> {
    const paging = { page: 1, pageSize: 1 };
    const { totalCount } = await this.network.call('private-network.list', { region, zone, paging }, call);
    return { resource: 'private-network', usage: totalCount, limit: UNLIMITED };
  }
}
