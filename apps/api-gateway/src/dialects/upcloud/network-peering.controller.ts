import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Accepted, PeeringView } from '@isthmus/model';
import type { CallContext } from '@isthmus/rpc';
import { NetworkClient } from '../../clients/network.client';
import { unlessMissing } from '../../clients/unless-missing';
import { IdPipe } from '../../http/id.pipe';
import { Call } from '../../http/request';
import { validated } from '../../http/validation';
import { toOperationBody } from '../../operations/operation-body';
import {
  CreatePeeringDto,
  ListPeeringsQuery,
  PeeringAnswer,
  PeeringListAnswer,
  UpdatePeeringDto,
} from './network-peering.dto';
import { toCreateCommand, toListQuery, toPeeringBody, toUpdateCommand } from './network-peering.mapper';
import { UpcloudAnswers } from './upcloud.answers';

const PeeringId = (): ParameterDecorator => Param('uuid', new IdPipe('peering'));

@ApiTags('Network peerings')
@Controller('1.3/network-peering')
export class UpcloudNetworkPeeringController {
  constructor(
    private readonly network: NetworkClient,
    private readonly answers: UpcloudAnswers,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listNetworkPeerings' })
  @ApiOkResponse({ type: PeeringListAnswer })
  async list(@Query(validated) query: ListPeeringsQuery, @Call() call: CallContext): Promise<PeeringListAnswer> {
    const peerings = await this.network.call('peering.list', toListQuery(query), call);
    return { network_peerings: { network_peering: peerings.map(toPeeringBody) } };
  }

  @Post()
  @HttpCode(201)
  @ApiOperation({ operationId: 'createNetworkPeering' })
  @ApiCreatedResponse({ type: PeeringAnswer })
  async create(
    @Body(validated) body: CreatePeeringDto,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PeeringAnswer> {
    const command = toCreateCommand(body.network_peering);
    return this.answer(await this.network.call('peering.create', command, call), call, reply);
  }

  @Get(':uuid')
  @ApiOperation({ operationId: 'getNetworkPeering' })
  @ApiOkResponse({ type: PeeringAnswer })
  async get(@PeeringId() peeringId: string, @Call() call: CallContext): Promise<PeeringAnswer> {
    return { network_peering: toPeeringBody(await this.network.call('peering.get', { peeringId }, call)) };
  }

  @Patch(':uuid')
  @ApiOperation({ operationId: 'modifyNetworkPeering' })
  @ApiOkResponse({ type: PeeringAnswer })
  async update(
    @PeeringId() peeringId: string,
    @Body(validated) body: UpdatePeeringDto,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PeeringAnswer> {
    const command = toUpdateCommand(peeringId, body.network_peering);
    if (!command) return this.get(peeringId, call);
    return this.answer(await this.network.call('peering.update', command, call), call, reply);
  }

  @Delete(':uuid')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteNetworkPeering' })
  @ApiNoContentResponse()
  async delete(
    @PeeringId() peeringId: string,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { operation } = await this.network.call('peering.delete', { peeringId }, call);
    await this.answers.settled(operation, reply);
  }

  /** The peering as the change left it; as it was accepted while the change is still going on, or when it is gone by now. */
  private async answer(
    accepted: Accepted<PeeringView>,
    call: CallContext,
    reply: FastifyReply,
  ): Promise<PeeringAnswer> {
    const operation = await this.answers.settled(accepted.operation, reply);
    const { id: peeringId } = accepted.resource;
    const changed =
      operation.state === 'success'
        ? await unlessMissing(this.network.call('peering.get', { peeringId }, call))
        : undefined;
    return {
      network_peering: toPeeringBody(changed ?? accepted.resource),
      operation: toOperationBody(operation, `/1.3/network-peering/${peeringId}`),
    };
  }
}
