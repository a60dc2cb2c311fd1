import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Topology, type VpcView } from '@isthmus/model';
import type { CallContext } from '@isthmus/rpc';
import { NetworkClient } from '../../clients/network.client';
import { IdPipe } from '../../http/id.pipe';
import { Call, type RequestContext } from '../../http/request';
import { validated } from '../../http/validation';
import { LocalWork } from '../../idempotency/local-work';
import { LabelQuery } from './label.dto';
import { fromTags, hasLabels, toLabelFilters } from './label.mapper';
import { CreateRouterDto, RouterAnswer, RouterListAnswer, UpdateRouterDto } from './router.dto';
import { toCreateCommand, toUpdateCommand } from './router.mapper';
import { RouterReader } from './router.reader';
import { ZoneNames } from './zone-names';

const RouterId = (): ParameterDecorator => Param('uuid', new IdPipe('vpc'));

@ApiTags('Routers')
@Controller('1.3/router')
export class UpcloudRouterController {
  constructor(
    private readonly network: NetworkClient,
    private readonly routers: RouterReader,
    private readonly zones: ZoneNames,
    private readonly topology: Topology,
    private readonly localWork: LocalWork,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listRouters' })
  @ApiOkResponse({ type: RouterListAnswer })
  async list(@Query(validated) { label }: LabelQuery, @Call() call: CallContext): Promise<RouterListAnswer> {
    const filters = toLabelFilters(label);
    const vpcs = (await this.routers.list(call)).filter(({ tags }) => hasLabels(fromTags(tags), filters));
    return { routers: { router: await this.routers.describe(vpcs, call) } };
  }

  @Post()
  @HttpCode(201)
  @ApiOperation({ operationId: 'createRouter' })
  @ApiCreatedResponse({ type: RouterAnswer })
  async create(@Body(validated) { router }: CreateRouterDto, @Call() call: CallContext): Promise<RouterAnswer> {
    const { region } = router.zone ? this.zones.get(router.zone) : this.topology.defaultZone;
    return this.answer(await this.network.call('vpc.create', toCreateCommand(router, region), call), call);
  }

  @Get(':uuid')
  @ApiOperation({ operationId: 'getRouter' })
  @ApiOkResponse({ type: RouterAnswer })
  async get(@RouterId() id: string, @Call() call: CallContext): Promise<RouterAnswer> {
    return this.answer(await this.routers.get(id, call), call);
  }

  @Patch(':uuid')
  @ApiOperation({ operationId: 'modifyRouter' })
  @ApiOkResponse({ type: RouterAnswer })
  async update(
    @RouterId() id: string,
    @Body(validated) { router }: UpdateRouterDto,
    @Call() call: RequestContext,
  ): Promise<RouterAnswer> {
    const { present, command } = await this.localWork.finding(call, async () => {
      const vpc = await this.routers.get(id, call);
      const before = await this.answer(vpc, call);
      return { present: before, command: toUpdateCommand(vpc, router, before.router.static_routes) };
    });
    return command ? this.answer(await this.network.call('vpc.update', command, call), call) : present;
  }

  @Put(':uuid')
  @ApiOperation({ operationId: 'replaceRouter' })
  @ApiOkResponse({ type: RouterAnswer })
  put(
    @RouterId() id: string,
    @Body(validated) body: UpdateRouterDto,
    @Call() call: RequestContext,
  ): Promise<RouterAnswer> {
    return this.update(id, body, call);
  }

  @Delete(':uuid')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteRouter' })
  @ApiNoContentResponse()
  async delete(@RouterId() vpcId: string, @Call() call: RequestContext): Promise<void> {
    const { region } = await this.localWork.finding(call, () => this.routers.get(vpcId, call));
    await this.network.call('vpc.delete', { region, vpcId }, call);
  }

  private async answer(vpc: VpcView, call: CallContext): Promise<RouterAnswer> {
    const [router] = await this.routers.describe([vpc], call);
    if (!router) throw new Error('one router is described by one body');
    return { router };
  }
}
