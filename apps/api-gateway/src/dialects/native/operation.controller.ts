import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ProblemError } from '@isthmus/problem';
import { IdPipe } from '../../http/id.pipe';
import { AskedBy } from '../../http/request';
import type { Caller } from '../../identity/caller';
import { askToPoll } from '../../operations/operation-headers';
import { OperationReader } from '../../operations/operation.reader';
import { OperationDetailsBody } from './operation.dto';

@ApiTags('operations')
@Controller('v1/operations')
export class OperationController {
  constructor(private readonly operations: OperationReader) {}

  @Get(':id')
  @ApiOperation({ operationId: 'getOperation' })
  @ApiOkResponse({ type: OperationDetailsBody })
  async get(
    @Param('id', new IdPipe('operation')) id: string,
    @AskedBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationDetailsBody> {
    const operation = await this.operations.findDetails(id, caller.projectId);
    if (!operation) throw ProblemError.notFound('operation', id);
    askToPoll(reply, operation);
    return operation;
  }
}
