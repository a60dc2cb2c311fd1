import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { CallContext } from '@isthmus/rpc';
import { NetworkClient } from '../../clients/network.client';
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
  @ApiOkResponse({ type: PeeringDetailsBody })
  async get(
    @Param('id', new IdPipe('peering')) peeringId: string,
    @AskedBy() { projectId }: Caller,
    @Call() call: CallContext,
  ): Promise<PeeringDetailsBody> {
    const [peering, history, operations] = await Promise.all([
      this.network.call('peering.get', { peeringId }, call),
      this.network.call('peering.history', { peeringId }, call),
      this.operations.latestOf(peeringId, projectId, TOLD_OPERATIONS),
    ]);
    return toPeeringDetails(peering, history, operations);
  }
}
