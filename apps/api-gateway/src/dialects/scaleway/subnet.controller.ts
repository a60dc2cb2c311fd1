import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { ChangeSubnets } from '@isthmus/contracts';
import type { CallContext } from '@isthmus/rpc';
import { IpamClient } from '../../clients/ipam.client';
import { NetworkClient } from '../../clients/network.client';
import { DryRunQuery } from '../../dry-run/dry-run.dto';
import { IdPipe } from '../../http/id.pipe';
import { AskedBy, Call } from '../../http/request';
import { validated } from '../../http/validation';
import type { Caller } from '../../identity/caller';
import { toOperationBody } from '../../operations/operation-body';
import { planOf, ScalewayAnswers } from './scaleway.answers';
import { isOtherTenant, networkLink, Region } from './scaleway.scope';
import { ListSubnetsQuery, SetSubnetsDto, SubnetListBody, SubnetsBody, SubnetsDto } from './subnet.dto';
import { ipv4First, plannedCidrs, toSubnetBody, toSubnetQuery } from './subnet.mapper';

const NetworkId = (): ParameterDecorator => Param('private_network_id', new IdPipe('private-network'));

@ApiTags('Subnets')
@Controller('vpc/v2/regions/:region')
export class ScalewaySubnetController {
  constructor(
    private readonly network: NetworkClient,
    private readonly ipam: IpamClient,
    private readonly answers: ScalewayAnswers,
  ) {}

  @Get('subnets')
  @ApiOperation({ operationId: 'ListSubnets' })
  @ApiOkResponse({ type: SubnetListBody })
  async list(
    @Region() region: string,
    @Query(validated) query: ListSubnetsQuery,
    @AskedBy() caller: Caller,
    @Call() call: CallContext,
  ): Promise<SubnetListBody> {
    if (isOtherTenant(query, caller)) return { subnets: [], total_count: 0 };
    const { items, totalCount } = await this.ipam.call('subnet.query', toSubnetQuery(query, region), call);
    return { subnets: items.map(toSubnetBody), total_count: totalCount };
  }

  @Post('private-networks/:private_network_id/subnets')
  @HttpCode(200)
  @ApiOperation({ operationId: 'AddSubnets' })
  @ApiOkResponse({ type: SubnetsBody })
  add(
    @Region() region: string,
    @NetworkId() privateNetworkId: string,
    @Query(validated) { dry_run: isDryRun }: DryRunQuery,
    @Body(validated) { subnets }: SubnetsDto,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SubnetsBody> {
    return this.change({ region, privateNetworkId, add: subnets, isDryRun }, call, reply);
  }

  @Put('private-networks/:private_network_id/subnets')
  @ApiOperation({ operationId: 'SetSubnets' })
  @ApiOkResponse({ type: SubnetsBody })
  set(
    @Region() region: string,
    @NetworkId() privateNetworkId: string,
    @Query(validated) { dry_run: isDryRun }: DryRunQuery,
    @Body(validated) { subnets }: SetSubnetsDto,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SubnetsBody> {
    return this.change({ region, privateNetworkId, set: subnets, isDryRun }, call, reply);
  }

  @Delete('private-networks/:private_network_id/subnets')
  @ApiOperation({ operationId: 'DeleteSubnets' })
  @ApiOkResponse({ type: SubnetsBody })
  remove(
    @Region() region: string,
    @NetworkId() privateNetworkId: string,
    @Query(validated) { dry_run: isDryRun }: DryRunQuery,
    @Body(validated) { subnets }: SubnetsDto,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SubnetsBody> {
    return this.change({ region, privateNetworkId, remove: subnets, isDryRun }, call, reply);
  }

  /** All subnets that the network has after the change; those it has now while the change is still going on. */
  private async change(command: ChangeSubnets, call: CallContext, reply: FastifyReply): Promise<SubnetsBody> {
    const { region, privateNetworkId, isDryRun } = command;
    const accepted = await this.network.call('private-network.change-subnets', command, call);
    if (isDryRun) {
      return { subnets: plannedCidrs(await this.cidrsOf(privateNetworkId, call), command), ...planOf(accepted) };
    }
    const operation = await this.answers.settled(accepted.operation, reply);
    return {
      subnets: await this.cidrsOf(privateNetworkId, call),
      operation: toOperationBody(operation, networkLink(region, privateNetworkId)),
    };
  }

  private async cidrsOf(privateNetworkId: string, call: CallContext): Promise<string[]> {
    return ipv4First(await this.ipam.subnetsOf([privateNetworkId], call)).map(({ cidr }) => cidr);
  }
}
