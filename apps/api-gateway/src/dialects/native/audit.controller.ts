import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditList } from '../../audit/audit.list';
import { AskedBy } from '../../http/request';
import { validated } from '../../http/validation';
import { type Caller, requireAdmin } from '../../identity/caller';
import { AuditPageBody, ListAuditQuery } from './audit.dto';

@ApiTags('audit')
@Controller('v1/audit')
export class AuditController {
  constructor(private readonly entries: AuditList) {}

  /** Every mutation that was accepted or denied. Needs a key of the scope admin. */
  @Get()
  @ApiOperation({ operationId: 'listAudit' })
  @ApiOkResponse({ type: AuditPageBody })
  list(@Query(validated) query: ListAuditQuery, @AskedBy() caller: Caller): Promise<AuditPageBody> {
    requireAdmin(caller);
    const { limit, cursor, ...filter } = query;
    return this.entries.page(caller.projectId, filter, { limit, cursor });
  }
}
