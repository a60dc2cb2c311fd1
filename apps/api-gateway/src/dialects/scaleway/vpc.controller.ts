import { randomBytes } from 'node:crypto';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { CallContext } from '@isthmus/rpc';
import { NetworkClient } from '../../clients/network.client';
import { unlessMissing } from '../../clients/unless-missing';
import { DryRunQuery } from '../../dry-run/dry-run.dto';
import { IdPipe } from '../../http/id.pipe';
import { AskedBy, Call } from '../../http/request';
import { validated } from '../../http/validation';
import type { Caller } from '../../identity/caller';
import { toOperationBody } from '../../operations/operation-body';
import { planOf, ScalewayAnswers } from './scaleway.answers';
import { checkProject, isOtherTenant, Region } from './scaleway.scope';
import { CreateVpcDto, ListVpcsQuery, UpdateVpcDto, VpcBody, VpcListBody } from './vpc.dto';
import { toCreateVpc, toUpdateVpc, toVpcBody, toVpcQuery } from './vpc.mapper';

const VpcId = (): ParameterDecorator => Param('vpc_id', new IdPipe('vpc'));

@ApiTags('VPCs')
@Controller('vpc/v2/regions/:region/vpcs')
export class ScalewayVpcController {
  constructor(
    private readonly network: NetworkClient,
    private readonly answers: ScalewayAnswers,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'ListVPCs' })
  @ApiOkResponse({ type: VpcListBody })
  async list(
    @Region() region: string,
    @Query(validated) query: ListVpcsQuery,
    @AskedBy() caller: Caller,
    @Call() call: CallContext,
  ): Promise<VpcListBody> {
    if (isOtherTenant(query, caller)) return { vpcs: [], total_count: 0 };
    const page = await this.network.call('vpc.list', toVpcQuery(query, region), call);
    return { vpcs: page.items.map((vpc) => toVpcBody(vpc, caller.organizationId)), total_count: page.totalCount };
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({ operationId: 'CreateVPC' })
  @ApiOkResponse({ type: VpcBody })
  async create(
    @Region() region: string,
    @Query(validated) { dry_run: isDryRun }: DryRunQuery,
    @Body(validated) body: CreateVpcDto,
    @AskedBy() caller: Caller,
    @Call() call: CallContext,
  ): Promise<VpcBody> {
    checkProject(body.project_id, caller);
    const command = toCreateVpc(body, region, `vpc-${randomBytes(4).toString('hex')}`, isDryRun);
    const vpc = await this.network.call('vpc.create', command, call);
    return { ...toVpcBody(vpc, caller.organizationId), ...(isDryRun ? planOf(vpc) : {}) };
  }

  @Get(':vpc_id')
  @ApiOperation({ operationId: 'GetVPC' })
  @ApiOkResponse({ type: VpcBody })
  async get(
    @Region() region: string,
    @VpcId() vpcId: string,
    @AskedBy() caller: Caller,
    @Call() call: CallContext,
  ): Promise<VpcBody> {
    return toVpcBody(await this.network.call('vpc.get', { region, vpcId }, call), caller.organizationId);
  }

  @Patch(':vpc_id')
  @ApiOperation({ operationId: 'UpdateVPC' })
  @ApiOkResponse({ type: VpcBody })
  async update(
    @Region() region: string,
    @VpcId() vpcId: string,
    @Body(validated) body: UpdateVpcDto,
    @AskedBy() caller: Caller,
    @Call() call: CallContext,
  ): Promise<VpcBody> {
    const command = toUpdateVpc(vpcId, body, region);
    if (!command) return this.get(region, vpcId, caller, call);
    return toVpcBody(await this.network.call('vpc.update', command, call), caller.organizationId);
  }

  @Delete(':vpc_id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'DeleteVPC' })
  @ApiNoContentResponse()
  async delete(@Region() region: string, @VpcId() vpcId: string, @Call() call: CallContext): Promise<void> {
    await this.network.call('vpc.delete', { region, vpcId }, call);
  }

  @Post(':vpc_id/enable-routing')
  @HttpCode(200)
  @ApiOperation({ operationId: 'EnableRouting' })
  @ApiOkResponse({ type: VpcBody })
  async enableRouting(
    @Region() region: string,
    @VpcId() vpcId: string,
    @AskedBy() caller: Caller,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<VpcBody> {
    const accepted = await this.network.call('vpc.enable-routing', { region, vpcId }, call);
    const operation = await this.answers.settled(accepted.operation, reply);
    const changed =
      operation.state === 'success'
        ? await unlessMissing(this.network.call('vpc.get', { region, vpcId }, call))
        : undefined;
    const vpc = changed ?? accepted.resource;
    const link = `/vpc/v2/regions/${region}/vpcs/${vpcId}`;
    return { ...toVpcBody(vpc, caller.organizationId), operation: toOperationBody(operation, link) };
  }

  @Post(':vpc_id/enable-custom-routes-propagation')
  @HttpCode(200)
  @ApiOperation({ operationId: 'EnableCustomRoutesPropagation' })
  @ApiOkResponse({ type: VpcBody })
  async enableCustomRoutesPropagation(
    @Region() region: string,
    @VpcId() vpcId: string,
    @AskedBy() caller: Caller,
    @Call() call: CallContext,
  ): Promise<VpcBody> {
    const vpc = await this.network.call('vpc.enable-custom-routes-propagation', { region, vpcId }, call);
    return toVpcBody(vpc, caller.organizationId);
  }
}
