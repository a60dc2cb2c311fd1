import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { IdPipe } from '../../http/id.pipe';
import { AskedBy } from '../../http/request';
import type { Caller } from '../../identity/caller';
import { OperationBody } from '../../operations/operation-body';
import { OperationAccess } from '../../operations/operation-access';
import { askToPoll } from '../../operations/operation-headers';
import { operationAt } from './exoscale.answers';
import { BASES, Base } from './exoscale.scope';

@ApiTags('operation')
@Controller(BASES)
export class ExoscaleOperationController {
  constructor(private readonly operations: OperationAccess) {}

  /** Operations belong to no zone: whoever was given the id can ask anywhere. */
  @Get('operation/:id')
  @ApiOperation({ operationId: 'get-operation' })
  @ApiOkResponse({ type: OperationBody })
  async get(
    @Base() base: string,
    @Param('id', new IdPipe('operation')) id: string,
    @AskedBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationBody> {
    const operation = await this.operations.status(id, caller);
    askToPoll(reply, operation);
    return operationAt(operation, base);
  }
}
