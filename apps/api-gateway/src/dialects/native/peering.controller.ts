import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { CallContext } from '@isthmus/rpc';
import { NetworkClient } from '../../clients/network.client';
import { bodyTag, isKnownToCaller } from '../../http/etag';
import { IdPipe } from '../../http/id.pipe';
import { AskedBy, Call } from '../../http/request';
import type { Caller } from '../../identity/caller';
import { OperationReader } from '../../operations/operation.reader';
import { PeeringDetailsBody } from './peering.dto';
import { toPeeringDetails } from './peering.mapper';

const TOLD_OPERATIONS = 20;

@ApiTags('peerings')
@Controller('v1/peerings')
export class PeeringController {
  constructor(
    private readonly network: NetworkClient,
    private readonly operations: OperationReader,
  ) {}

  /** How it came that the peering is as it is. */
  @Get(':id')
  @ApiOperation({ operationId: 'getPeering' })
  @ApiHeader({ name: 'If-None-Match', required: false, description: 'An ETag of an answer before.' })
  @ApiOkResponse({ type: PeeringDetailsBody, headers: { ETag: { schema: { type: 'string' } } } })
  @ApiResponse({ status: 304, description: 'Nothing has changed.' })
  async get(
    @Param('id', new IdPipe('peering')) peeringId: string,
    @AskedBy() { projectId }: Caller,
    @Call() call: CallContext,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PeeringDetailsBody | undefined> {
    const [peering, history, operations] = await Promise.all([
      this.network.call('peering.get', { peeringId }, call),
      this.network.call('peering.history', { peeringId }, call),
      this.operations.latestOf(peeringId, projectId, TOLD_OPERATIONS),
    ]);
    const body = toPeeringDetails(peering, history, operations);
    return isKnownToCaller(bodyTag(body), ifNoneMatch, reply) ? undefined : body;
  }
}
