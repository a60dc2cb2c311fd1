import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Accepted, RouteView } from '@isthmus/model';
import type { CallContext } from '@isthmus/rpc';
import { NetworkClient } from '../../clients/network.client';
import { unlessMissing } from '../../clients/unless-missing';
import { DryRunQuery } from '../../dry-run/dry-run.dto';
import { IdPipe } from '../../http/id.pipe';
import { Call } from '../../http/request';
import { validated } from '../../http/validation';
import { toOperationBody } from '../../operations/operation-body';
import { CreateRouteDto, ListRoutesQuery, RouteBody, RouteListBody, UpdateRouteDto } from './route.dto';
import { toCreateRoute, toRouteBody, toRouteQuery, toRouteWithNexthopBody, toUpdateRoute } from './route.mapper';
import { planOf, ScalewayAnswers } from './scaleway.answers';
import { Region } from './scaleway.scope';

const RouteId = (): ParameterDecorator => Param('route_id', new IdPipe('route'));

@ApiTags('Routes')
@Controller('vpc/v2/regions/:region')
export class ScalewayRouteController {
  constructor(
    private readonly network: NetworkClient,
    private readonly answers: ScalewayAnswers,
  ) {}

  @Get('routes-with-nexthop')
  @ApiOperation({ operationId: 'ListRoutesWithNexthop' })
  @ApiOkResponse({ type: RouteListBody })
  async list(
    @Region() region: string,
    @Query(validated) query: ListRoutesQuery,
    @Call() call: CallContext,
  ): Promise<RouteListBody> {
    const wanted = toRouteQuery(query, region);
    if (!wanted) return { routes: [], total_count: 0 };
    const { items, totalCount } = await this.network.call('route.list', wanted, call);
    return { routes: items.map(toRouteWithNexthopBody), total_count: totalCount };
  }

  @Post('routes')
  @HttpCode(200)
  @ApiOperation({ operationId: 'CreateRoute' })
  @ApiOkResponse({ type: RouteBody })
  async create(
    @Region() region: string,
    @Query(validated) { dry_run: isDryRun }: DryRunQuery,
    @Body(validated) body: CreateRouteDto,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RouteBody> {
    const accepted = await this.network.call('route.create', toCreateRoute(body, region, isDryRun), call);
    if (isDryRun) return { ...toRouteBody(accepted.resource), ...planOf(accepted) };
    return this.answer(accepted, call, reply);
  }

  @Get('routes/:route_id')
  @ApiOperation({ operationId: 'GetRoute' })
  @ApiOkResponse({ type: RouteBody })
  async get(@Region() region: string, @RouteId() routeId: string, @Call() call: CallContext): Promise<RouteBody> {
    return toRouteBody(await this.network.call('route.get', { region, routeId }, call));
  }

  @Patch('routes/:route_id')
  @ApiOperation({ operationId: 'UpdateRoute' })
  @ApiOkResponse({ type: RouteBody })
  async update(
    @Region() region: string,
    @RouteId() routeId: string,
    @Body(validated) body: UpdateRouteDto,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RouteBody> {
    const command = toUpdateRoute(routeId, body, region);
    if (!command) return this.get(region, routeId, call);
    return this.answer(await this.network.call('route.update', command, call), call, reply);
  }

  @Delete('routes/:route_id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'DeleteRoute' })
  @ApiNoContentResponse()
  async delete(
    @Region() region: string,
    @RouteId() routeId: string,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { operation } = await this.network.call('route.delete', { region, routeId }, call);
    await this.answers.settled(operation, reply);
  }

  /** The route as the change left it; as it was accepted while the change is still going on, or when it is gone by now. */
  private async answer(accepted: Accepted<RouteView>, call: CallContext, reply: FastifyReply): Promise<RouteBody> {
    const operation = await this.answers.settled(accepted.operation, reply);
    const { id: routeId, region } = accepted.resource;
    const changed =
      operation.state === 'success'
        ? await unlessMissing(this.network.call('route.get', { region, routeId }, call))
        : undefined;
    const link = `/vpc/v2/regions/${region}/routes/${routeId}`;
    return { ...toRouteBody(changed ?? accepted.resource), operation: toOperationBody(operation, link) };
  }
}
