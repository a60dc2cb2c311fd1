import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AskedBy } from '../../http/request';
import type { Caller } from '../../identity/caller';
import { AccountAnswer } from './account.dto';

/** The services count and refuse; what they allow is not told to the gateway. Clients show these numbers, nothing more. */
const TOLD_LIMITS = { networks: 10_000, network_peerings: 10_000, routers: 10_000 };

/** Asked by the official clients first of all, to see whether the credentials are good. */
@ApiTags('Account')
@Controller('1.3/account')
export class UpcloudAccountController {
  @Get()
  @ApiOperation({ operationId: 'getAccount' })
  @ApiOkResponse({ type: AccountAnswer })
  get(@AskedBy() { accessKey }: Caller): AccountAnswer {
    return { account: { credits: 0, username: accessKey, resource_limits: TOLD_LIMITS } };
  }
}
