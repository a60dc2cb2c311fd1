import { Body, Delete, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { pskOwner } from '@isthmus/contracts';
import { SecretBox, type SealedText } from '@isthmus/secrets';
import { VpnClient } from '../../clients/vpn.client';
import { IdPipe } from '../../http/id.pipe';
import { Call, type RequestContext } from '../../http/request';
import { validated } from '../../http/validation';
import { tell, tellAll } from './huawei.answers';
import { toPageInfo } from './huawei.paging';
import { connectionLink, Project, ProjectController } from './huawei.project';
import {
  ConnectionAnswer,
  ConnectionListAnswer,
  CreatedConnectionAnswer,
  CreatedConnectionsAnswer,
} from './vpn-connection.body';
import {
  CreateConnectionDto,
  CreateConnectionsDto,
  ListConnectionsQuery,
  UpdateConnectionDto,
} from './vpn-connection.dto';
import {
  toConnectionBody,
  toCreateCommand,
  toCreatedConnectionBody,
  toListQuery,
  toUpdateCommand,
} from './vpn-connection.mapper';

const ConnectionId = (): ParameterDecorator => Param('vpn_connection_id', new IdPipe('vpn-connection'));

/** Single connections have a path in the singular, batches one in the plural. */
@ApiTags('VPN connections')
@ProjectController('v5', '')
export class HuaweiVpnConnectionController {
  constructor(
    private readonly vpn: VpnClient,
    private readonly box: SecretBox,
  ) {}

  @Post('vpn-connection')
  @HttpCode(201)
  @ApiOperation({ operationId: 'CreateVpnConnection' })
  @ApiCreatedResponse({ type: CreatedConnectionAnswer })
  async create(
    @Project() project: string,
    @Body(validated) { vpn_connection: fields }: CreateConnectionDto,
    @Call() call: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedConnectionAnswer> {
    const command = toCreateCommand(fields, this.seal(fields.psk, call));
    const { resource, operation } = await this.vpn.call('vpn-connection.create', command, call);
    return {
      vpn_connection: toCreatedConnectionBody(resource),
      request_id: call.requestId,
      operation: tell(operation, reply, connectionLink(project, resource.id)),
    };
  }

  @Post('vpn-connections/batch-create')
  @HttpCode(201)
  @ApiOperation({ operationId: 'BatchCreateVpnConnection' })
  @ApiCreatedResponse({ type: CreatedConnectionsAnswer })
  async createBatch(
    @Project() project: string,
    @Body(validated) body: CreateConnectionsDto,
    @Call() call: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedConnectionsAnswer> {
    const connections = body.vpn_connections.map((fields) => toCreateCommand(fields, this.seal(fields.psk, call)));
    const accepted = await this.vpn.call('vpn-connection.create-batch', { connections }, call);
    const operations = accepted.map(({ operation }) => operation);
    return {
      vpn_connections: accepted.map(({ resource }) => toCreatedConnectionBody(resource)),
      request_id: call.requestId,
      operations: tellAll(operations, reply, (id) => connectionLink(project, id)),
    };
  }

  @Get('vpn-connection')
  @ApiOperation({ operationId: 'ListVpnConnections' })
  @ApiOkResponse({ type: ConnectionListAnswer })
  async list(
    @Query(validated) query: ListConnectionsQuery,
    @Call() call: RequestContext,
  ): Promise<ConnectionListAnswer> {
    const { items, totalCount } = await this.vpn.call('vpn-connection.list', toListQuery(query), call);
    return {
      vpn_connections: items.map(toConnectionBody),
      total_count: totalCount,
      page_info: toPageInfo(items),
      request_id: call.requestId,
    };
  }

  @Get('vpn-connection/:vpn_connection_id')
  @ApiOperation({ operationId: 'ShowVpnConnection' })
  @ApiOkResponse({ type: ConnectionAnswer })
  async get(@ConnectionId() connectionId: string, @Call() call: RequestContext): Promise<ConnectionAnswer> {
    const connection = await this.vpn.call('vpn-connection.get', { connectionId }, call);
    return { vpn_connection: toConnectionBody(connection), request_id: call.requestId };
  }

  @Put('vpn-connection/:vpn_connection_id')
  @ApiOperation({ operationId: 'UpdateVpnConnection' })
  @ApiOkResponse({ type: ConnectionAnswer })
  async update(
    @Project() project: string,
    @ConnectionId() connectionId: string,
    @Body(validated) { vpn_connection: fields }: UpdateConnectionDto,
    @Call() call: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConnectionAnswer> {
    const command = toUpdateCommand(connectionId, fields, this.seal(fields.psk, call));
    if (!command) return this.get(connectionId, call);
    const { resource, operation } = await this.vpn.call('vpn-connection.update', command, call);
    return {
      vpn_connection: toConnectionBody(resource),
      request_id: call.requestId,
      operation: tell(operation, reply, connectionLink(project, connectionId)),
    };
  }

  @Delete('vpn-connection/:vpn_connection_id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'DeleteVpnConnection' })
  @ApiNoContentResponse()
  async delete(
    @Project() project: string,
    @ConnectionId() connectionId: string,
    @Call() call: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { operation } = await this.vpn.call('vpn-connection.delete', { connectionId }, call);
    tell(operation, reply, connectionLink(project, connectionId));
  }

  /** Nothing behind this gateway sees the key in clear on its way. */
  private seal(psk: string | null | undefined, { projectId }: RequestContext): SealedText | undefined {
    return psk === null || psk === undefined ? undefined : this.box.sealText(psk, pskOwner(projectId));
  }
}
