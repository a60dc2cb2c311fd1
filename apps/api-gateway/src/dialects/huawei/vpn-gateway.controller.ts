import { Body, Delete, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Topology } from '@isthmus/model';
import { VpnClient } from '../../clients/vpn.client';
import { IdPipe } from '../../http/id.pipe';
import { Call, type RequestContext } from '../../http/request';
import { validated } from '../../http/validation';
import { tell } from './huawei.answers';
import { gatewayLink, Project, ProjectController } from './huawei.project';
import { CreatedGatewayAnswer, GatewayAnswer, GatewayListAnswer } from './vpn-gateway.body';
import { CreateGatewayDto, ListGatewaysQuery, UpdateGatewayDto } from './vpn-gateway.dto';
import {
  toCreateCommand,
  toCreatedGatewayBody,
  toGatewayBody,
  toListQuery,
  toUpdateCommand,
} from './vpn-gateway.mapper';

const GatewayId = (): ParameterDecorator => Param('vgw_id', new IdPipe('vpn-gateway'));

@ApiTags('VPN gateways')
@ProjectController('v5', 'vpn-gateways')
export class HuaweiVpnGatewayController {
  constructor(
    private readonly vpn: VpnClient,
    private readonly topology: Topology,
  ) {}

  @Post()
  @HttpCode(201)
  @ApiOperation({ operationId: 'CreateVgw' })
  @ApiCreatedResponse({ type: CreatedGatewayAnswer })
  async create(
    @Project() project: string,
    @Body(validated) body: CreateGatewayDto,
    @Call() call: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedGatewayAnswer> {
    const command = toCreateCommand(body.vpn_gateway, this.topology.defaultZone.region);
    const { resource, operation } = await this.vpn.call('vpn-gateway.create', command, call);
    return {
      vpn_gateway: toCreatedGatewayBody(resource),
      request_id: call.requestId,
      operation: tell(operation, reply, gatewayLink(project, resource.id)),
    };
  }

  @Get()
  @ApiOperation({ operationId: 'ListVgws' })
  @ApiOkResponse({ type: GatewayListAnswer })
  async list(@Query(validated) query: ListGatewaysQuery, @Call() call: RequestContext): Promise<GatewayListAnswer> {
    const gateways = await this.vpn.call('vpn-gateway.list', toListQuery(query), call);
    return { vpn_gateways: gateways.map(toGatewayBody), request_id: call.requestId };
  }

  @Get(':vgw_id')
  @ApiOperation({ operationId: 'ShowVgw' })
  @ApiOkResponse({ type: GatewayAnswer })
  async get(@GatewayId() gatewayId: string, @Call() call: RequestContext): Promise<GatewayAnswer> {
    const gateway = await this.vpn.call('vpn-gateway.get', { gatewayId }, call);
    return { vpn_gateway: toGatewayBody(gateway), request_id: call.requestId };
  }

  @Put(':vgw_id')
  @ApiOperation({ operationId: 'UpdateVgw' })
  @ApiOkResponse({ type: GatewayAnswer })
  async update(
    @Project() project: string,
    @GatewayId() gatewayId: string,
    @Body(validated) body: UpdateGatewayDto,
    @Call() call: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GatewayAnswer> {
    const command = toUpdateCommand(gatewayId, body.vpn_gateway);
    if (!command) return this.get(gatewayId, call);
    const { resource, operation } = await this.vpn.call('vpn-gateway.update', command, call);
    return {
      vpn_gateway: toGatewayBody(resource),
      request_id: call.requestId,
      operation: tell(operation, reply, gatewayLink(project, gatewayId)),
    };
  }

  @Delete(':vgw_id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'DeleteVgw' })
  @ApiNoContentResponse()
  async delete(
    @Project() project: string,
    @GatewayId() gatewayId: string,
    @Call() call: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { operation } = await this.vpn.call('vpn-gateway.delete', { gatewayId }, call);
    tell(operation, reply, gatewayLink(project, gatewayId));
  }
}
