import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { AttachmentView, Zone } from '@isthmus/model';
import type { CallContext } from '@isthmus/rpc';
import { IpamClient } from '../../clients/ipam.client';
import { NetworkClient } from '../../clients/network.client';
import { unlessMissing } from '../../clients/unless-missing';
import { DryRunQuery } from '../../dry-run/dry-run.dto';
import { IdPipe } from '../../http/id.pipe';
import { Call } from '../../http/request';
import { validated } from '../../http/validation';
import { toOperationBody } from '../../operations/operation-body';
import {
  CreatePrivateNicDto,
  ListPrivateNicsQuery,
  OnePrivateNicBody,
  PrivateNicBody,
  PrivateNicListBody,
  UpdatePrivateNicDto,
} from './private-nic.dto';
import { toCreateCommand, toLastPageLink, toListQuery, toPlannedBody, toPrivateNicBody } from './private-nic.mapper';
import { planOf, ScalewayAnswers } from './scaleway.answers';
import { toPaging } from './scaleway.paging';
import { InZone, networkLink } from './scaleway.scope';

const ServerId = (): ParameterDecorator => Param('server_id', new IdPipe('instance'));
const NicId = (): ParameterDecorator => Param('private_nic_id', new IdPipe('attachment'));

@ApiTags('Private NICs')
@Controller('instance/v1/zones/:zone/servers/:server_id/private_nics')
export class ScalewayPrivateNicController {
  constructor(
    private readonly network: NetworkClient,
    private readonly ipam: IpamClient,
    private readonly answers: ScalewayAnswers,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'ListPrivateNICs' })
  @ApiOkResponse({ type: PrivateNicListBody, headers: { 'X-Total-Count': { schema: { type: 'integer' } } } })
  async list(
    @InZone() zone: Zone,
    @ServerId() instanceId: string,
    @Query(validated) query: ListPrivateNicsQuery,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PrivateNicListBody> {
    const { items, totalCount } = await this.network.call(
      'attachment.list',
      toListQuery(instanceId, query, zone),
      call,
    );
    const addresses = await this.ipam.addressesOf(
      items.map(({ id }) => id),
      call,
    );
    void reply
      .header('x-total-count', totalCount)
      .header('link', toLastPageLink(instanceId, toPaging(query.page, query.per_page), totalCount));
    return { private_nics: items.map((attachment) => toPrivateNicBody(attachment, addresses)) };
  }

  @Post()
  @HttpCode(201)
  @ApiOperation({ operationId: 'CreatePrivateNIC' })
  @ApiCreatedResponse({ type: OnePrivateNicBody })
  async create(
    @InZone() zone: Zone,
    @ServerId() instanceId: string,
    @Query(validated) { dry_run: isDryRun }: DryRunQuery,
    @Body(validated) body: CreatePrivateNicDto,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OnePrivateNicBody> {
    const command = toCreateCommand(instanceId, body, zone, isDryRun);
    const accepted = await this.network.call('attachment.create', command, call);
    if (isDryRun) return { ...toPlannedBody(accepted.resource, accepted.plannedAddresses ?? []), ...planOf(accepted) };
    const operation = await this.answers.settled(accepted.operation, reply);
    const selector = { attachmentId: accepted.resource.id, instanceId, zone: zone.name };
    const made =
      operation.state === 'success'
        ? await unlessMissing(this.network.call('attachment.get', selector, call))
        : undefined;
    const link = networkLink(zone.region, command.privateNetworkId);
    return {
      private_nic: await this.read(made ?? accepted.resource, call),
      operation: toOperationBody(operation, link),
    };
  }

  @Get(':private_nic_id')
  @ApiOperation({ operationId: 'GetPrivateNIC' })
  @ApiOkResponse({ type: OnePrivateNicBody })
  async get(
    @InZone() zone: Zone,
    @ServerId() instanceId: string,
    @NicId() attachmentId: string,
    @Call() call: CallContext,
  ): Promise<OnePrivateNicBody> {
    const selector = { attachmentId, instanceId, zone: zone.name };
    return { private_nic: await this.read(await this.network.call('attachment.get', selector, call), call) };
  }

  @Patch(':private_nic_id')
  @ApiOperation({ operationId: 'UpdatePrivateNIC' })
  @ApiOkResponse({ type: OnePrivateNicBody })
  async update(
    @InZone() zone: Zone,
    @ServerId() instanceId: string,
    @NicId() attachmentId: string,
    @Body(validated) { tags }: UpdatePrivateNicDto,
    @Call() call: CallContext,
  ): Promise<OnePrivateNicBody> {
    if (!tags) return this.get(zone, instanceId, attachmentId, call);
    const command = { attachmentId, instanceId, zone: zone.name, tags };
    return { private_nic: await this.read(await this.network.call('attachment.update-tags', command, call), call) };
  }

  @Delete(':private_nic_id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'DeletePrivateNIC' })
  @ApiNoContentResponse()
  async delete(
    @InZone() zone: Zone,
    @ServerId() instanceId: string,
    @NicId() attachmentId: string,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const selector = { attachmentId, instanceId, zone: zone.name };
    const { operation } = await this.network.call('attachment.delete', selector, call);
    await this.answers.settled(operation, reply);
  }

  private async read(attachment: AttachmentView, call: CallContext): Promise<PrivateNicBody> {
    return toPrivateNicBody(attachment, await this.ipam.addressesOf([attachment.id], call));
  }
}
