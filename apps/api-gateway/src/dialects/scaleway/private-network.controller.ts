import { randomBytes } from 'node:crypto';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Accepted, PrivateNetworkView } from '@isthmus/model';
import type { CallContext } from '@isthmus/rpc';
import { NetworkClient } from '../../clients/network.client';
import { NetworkComposer } from '../../clients/network.composer';
import { unlessMissing } from '../../clients/unless-missing';
import { DryRunQuery } from '../../dry-run/dry-run.dto';
import { IdPipe } from '../../http/id.pipe';
import { AskedBy, Call } from '../../http/request';
import { validated } from '../../http/validation';
import type { Caller } from '../../identity/caller';
import { toOperationBody } from '../../operations/operation-body';
import {
  CreatePrivateNetworkDto,
  ListPrivateNetworksQuery,
  MigrateZonalDto,
  PrivateNetworkBody,
  PrivateNetworkListBody,
  UpdatePrivateNetworkDto,
} from './private-network.dto';
import {
  toCreateCommand,
  toListQuery,
  toMigrateCommand,
  toPrivateNetworkBody,
  toUpdateCommand,
} from './private-network.mapper';
import { planOf, ScalewayAnswers } from './scaleway.answers';
import { exactlyOne } from './scaleway.exclusive';
import { checkOrganization, checkProject, isOtherTenant, networkLink, Region } from './scaleway.scope';
import { ipv4First } from './subnet.mapper';

const NetworkId = (): ParameterDecorator => Param('private_network_id', new IdPipe('private-network'));

@ApiTags('Private Networks')
@Controller('vpc/v2/regions/:region/private-networks')
export class ScalewayPrivateNetworkController {
  constructor(
    private readonly network: NetworkClient,
    private readonly composer: NetworkComposer,
    private readonly answers: ScalewayAnswers,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'ListPrivateNetworks' })
  @ApiOkResponse({ type: PrivateNetworkListBody })
  async list(
    @Region() region: string,
    @Query(validated) query: ListPrivateNetworksQuery,
    @AskedBy() caller: Caller,
    @Call() call: CallContext,
  ): Promise<PrivateNetworkListBody> {
    if (isOtherTenant(query, caller)) return { private_networks: [], total_count: 0 };
    const page = await this.network.call('private-network.list', toListQuery(query, region), call);
    const composed = await this.composer.withSubnets(page.items, call);
    return {
      private_networks: composed.map(({ network, subnets }) =>
        toPrivateNetworkBody(network, subnets, caller.organizationId),
      ),
      total_count: page.totalCount,
    };
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({ operationId: 'CreatePrivateNetwork' })
  @ApiOkResponse({ type: PrivateNetworkBody })
  async create(
    @Region() region: string,
    @Query(validated) { dry_run: isDryRun }: DryRunQuery,
    @Body(validated) body: CreatePrivateNetworkDto,
    @AskedBy() caller: Caller,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PrivateNetworkBody> {
    checkProject(body.project_id, caller);
    const command = toCreateCommand(body, region, `pn-${randomBytes(4).toString('hex')}`, isDryRun);
    const accepted = await this.network.call('private-network.create', command, call);
    if (isDryRun) {
      const subnets = ipv4First(accepted.plannedSubnets ?? []);
      return { ...toPrivateNetworkBody(accepted.resource, subnets, caller.organizationId), ...planOf(accepted) };
    }
    return this.answer(accepted, caller, call, reply);
  }

  @Post('migrate-zonal')
  @HttpCode(204)
  @ApiOperation({ operationId: 'MigrateZonalPrivateNetworks' })
  @ApiNoContentResponse()
  async migrateZonal(
    @Region() region: string,
    @Body(validated) body: MigrateZonalDto,
    @AskedBy() caller: Caller,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    exactlyOne({ organization_id: body.organization_id, project_id: body.project_id });
    checkOrganization(body.organization_id, caller);
    checkProject(body.project_id, caller);
    const accepted = await this.network.call('private-network.migrate-zonal', toMigrateCommand(body, region), call);
    await this.answers.allSettled(
      accepted.map(({ operation }) => operation),
      reply,
    );
  }

  @Get(':private_network_id')
  @ApiOperation({ operationId: 'GetPrivateNetwork' })
  @ApiOkResponse({ type: PrivateNetworkBody })
  async get(
    @Region() region: string,
    @NetworkId() privateNetworkId: string,
    @AskedBy() caller: Caller,
    @Call() call: CallContext,
  ): Promise<PrivateNetworkBody> {
    return this.read(await this.network.call('private-network.get', { region, privateNetworkId }, call), caller, call);
  }

  @Patch(':private_network_id')
  @ApiOperation({ operationId: 'UpdatePrivateNetwork' })
  @ApiOkResponse({ type: PrivateNetworkBody })
  async update(
    @Region() region: string,
    @NetworkId() privateNetworkId: string,
    @Body(validated) body: UpdatePrivateNetworkDto,
    @AskedBy() caller: Caller,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PrivateNetworkBody> {
    const command = toUpdateCommand(privateNetworkId, body, region);
    if (!command) return this.get(region, privateNetworkId, caller, call);
    return this.answer(await this.network.call('private-network.update', command, call), caller, call, reply);
  }

  @Delete(':private_network_id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'DeletePrivateNetwork' })
  @ApiNoContentResponse()
  async delete(
    @Region() region: string,
    @NetworkId() privateNetworkId: string,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { operation } = await this.network.call('private-network.delete', { region, privateNetworkId }, call);
    await this.answers.settled(operation, reply);
  }

  @Post(':private_network_id/enable-dhcp')
  @HttpCode(200)
  @ApiOperation({ operationId: 'EnableDHCP' })
  @ApiOkResponse({ type: PrivateNetworkBody })
  async enableDhcp(
    @Region() region: string,
    @NetworkId() privateNetworkId: string,
    @AskedBy() caller: Caller,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PrivateNetworkBody> {
    const accepted = await this.network.call('private-network.enable-dhcp', { region, privateNetworkId }, call);
    return this.answer(accepted, caller, call, reply);
  }

  /** The network as the change left it; as it was accepted while the change is still going on, or when it is gone by now. */
  private async answer(
    accepted: Accepted<PrivateNetworkView>,
    caller: Caller,
    call: CallContext,
    reply: FastifyReply,
  ): Promise<PrivateNetworkBody> {
    const operation = await this.answers.settled(accepted.operation, reply);
    const { id: privateNetworkId, region } = accepted.resource;
    const changed =
      operation.state === 'success'
        ? await unlessMissing(this.network.call('private-network.get', { region, privateNetworkId }, call))
        : undefined;
    const body = await this.read(changed ?? accepted.resource, caller, call);
    return { ...body, operation: toOperationBody(operation, networkLink(region, privateNetworkId)) };
  }

  private async read(network: PrivateNetworkView, caller: Caller, call: CallContext): Promise<PrivateNetworkBody> {
    const [composed] = await this.composer.withSubnets([network], call);
    return toPrivateNetworkBody(network, composed?.subnets ?? [], caller.organizationId);
  }
}
