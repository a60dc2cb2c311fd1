import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ProblemError } from '@isthmus/problem';
import type { CallContext } from '@isthmus/rpc';
import { NetworkClient } from '../../clients/network.client';
import { NetworkComposer } from '../../clients/network.composer';
import { IdPipe } from '../../http/id.pipe';
import { Call } from '../../http/request';
import { validated } from '../../http/validation';
import { OperationBody } from '../../operations/operation-body';
import { ExoscaleAnswers } from './exoscale.answers';
import { BASES, Scope, type ZoneScope } from './exoscale.scope';
import {
  CreatePrivateNetworkDto,
  PrivateNetworkBody,
  PrivateNetworkListBody,
  UpdatePrivateNetworkDto,
} from './private-network.dto';
import { toCreateCommand, toPrivateNetworkBody, toUpdateCommand } from './private-network.mapper';

const NetworkId = (): ParameterDecorator => Param('id', new IdPipe('private-network'));

@ApiTags('private-network')
@Controller(BASES)
export class ExoscalePrivateNetworkController {
  constructor(
    private readonly network: NetworkClient,
    private readonly composer: NetworkComposer,
    private readonly answers: ExoscaleAnswers,
  ) {}

  @Get('private-network')
  @ApiOperation({ operationId: 'list-private-networks' })
  @ApiOkResponse({ type: PrivateNetworkListBody })
  async list(@Scope() { region, zone }: ZoneScope, @Call() call: CallContext): Promise<PrivateNetworkListBody> {
    const page = await this.network.call('private-network.list', { region, zone }, call);
    const networks = await this.composer.withLeases(page.items, call);
    return {
      'private-networks': networks.map(({ network, subnets, addresses }) =>
        toPrivateNetworkBody(network, subnets, addresses),
      ),
    };
  }

  @Post('private-network')
  @HttpCode(200)
  @ApiOperation({ operationId: 'create-private-network' })
  @ApiOkResponse({ type: OperationBody })
  async create(
    @Scope() scope: ZoneScope,
    @Body(validated) body: CreatePrivateNetworkDto,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationBody> {
    const { operation } = await this.network.call('private-network.create', toCreateCommand(body, scope), call);
    return this.answers.accepted(operation, scope.base, reply);
  }

  @Get('private-network/:id')
  @ApiOperation({ operationId: 'get-private-network' })
  @ApiOkResponse({ type: PrivateNetworkBody })
  async get(
    @Scope() { region, zone }: ZoneScope,
    @NetworkId() privateNetworkId: string,
    @Call() call: CallContext,
  ): Promise<PrivateNetworkBody> {
    const found = await this.network.call('private-network.get', { region, zone, privateNetworkId }, call);
    const [composed] = await this.composer.withLeases([found], call);
    return toPrivateNetworkBody(found, composed?.subnets ?? [], composed?.addresses ?? []);
  }

  @Put('private-network/:id')
  @ApiOperation({ operationId: 'update-private-network' })
  @ApiOkResponse({ type: OperationBody })
  async update(
    @Scope() scope: ZoneScope,
    @NetworkId() id: string,
    @Body(validated) body: UpdatePrivateNetworkDto,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationBody> {
    const { operation } = await this.network.call('private-network.update', toUpdateCommand(id, body, scope), call);
    return this.answers.accepted(operation, scope.base, reply);
  }

  @Delete('private-network/:id')
  @ApiOperation({ operationId: 'delete-private-network' })
  @ApiOkResponse({ type: OperationBody })
  async delete(
    @Scope() { region, zone, base }: ZoneScope,
    @NetworkId() privateNetworkId: string,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationBody> {
    const { operation } = await this.network.call('private-network.delete', { region, zone, privateNetworkId }, call);
    return this.answers.accepted(operation, base, reply);
  }

  @Delete('private-network/:id/:field')
  @ApiOperation({ operationId: 'reset-private-network-field' })
  @ApiParam({ name: 'field', enum: ['labels'] })
  @ApiOkResponse({ type: OperationBody })
  async reset(
    @Scope() { region, zone, base }: ZoneScope,
    @NetworkId() privateNetworkId: string,
    @Param('field') field: string,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationBody> {
    if (field !== 'labels') throw ProblemError.invalid('field', 'Only the field labels can be reset.');
    const command = { region, zone, privateNetworkId, labels: {} };
    const { operation } = await this.network.call('private-network.update', command, call);
    return this.answers.accepted(operation, base, reply);
  }
}
