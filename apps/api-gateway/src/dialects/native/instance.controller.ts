import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { InstancePosition } from '@isthmus/contracts';
import { Topology, type Zone } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import type { CallContext } from '@isthmus/rpc';
import { NetworkClient } from '../../clients/network.client';
import { DRY_RUN_ONLY, DryRunQuery } from '../../dry-run/dry-run.dto';
import { endIn, pageOf } from '../../http/cursor';
import { checkIfMatch, isKnownToCaller, valueTag } from '../../http/etag';
import { IdPipe } from '../../http/id.pipe';
import { Call, type RequestContext } from '../../http/request';
import { validated } from '../../http/validation';
import { LocalWork } from '../../idempotency/local-work';
import {
  InstanceBody,
  InstancePageBody,
  PlannedInstanceBody,
  RegisterInstanceBody,
  UpdateInstanceBody,
} from './instance.dto';
import { PageQuery } from './page';
import { planned } from './planned';

const INSTANCE_ID = new IdPipe('instance');
/** The moment of the registration, with microseconds, and the id. */
const END = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The registry of machines, which are run by somebody else. */
@ApiTags('instances')
@Controller('v1/instances')
export class InstanceController {
  constructor(
    private readonly network: NetworkClient,
    private readonly topology: Topology,
    private readonly localWork: LocalWork,
  ) {}

  /** Registering a machine again as it is changes nothing. */
  @Post()
  @ApiOperation({ operationId: 'registerInstance' })
  @ApiCreatedResponse({ type: InstanceBody })
  @ApiOkResponse({ type: PlannedInstanceBody, description: DRY_RUN_ONLY })
  async register(
    @Query(validated) { dry_run: isDryRun }: DryRunQuery,
    @Body(validated) { id, name, zone: zoneName }: RegisterInstanceBody,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<InstanceBody | PlannedInstanceBody> {
    const { name: zone, region } = this.zoneOf(zoneName);
    const command = { instanceId: id?.toLowerCase(), region, zone, name, isDryRun };
    const { plannedQuotas, ...instance } = await this.network.call('instance.register', command, call);
    return isDryRun ? planned(reply, instance, plannedQuotas) : instance;
  }

  @Get()
  @ApiOperation({ operationId: 'listInstances' })
  @ApiOkResponse({ type: InstancePageBody })
  async list(@Query(validated) { limit, cursor }: PageQuery, @Call() call: CallContext): Promise<InstancePageBody> {
    const after = positionIn(endIn(cursor, (text) => END.test(text)));
    const instances = await this.network.call('instance.page', { after, limit: limit + 1 }, call);
    return pageOf(instances, limit, ({ createdAt, id }) => `${createdAt} ${id}`);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getInstance' })
  @ApiHeader({ name: 'If-None-Match', required: false })
  @ApiOkResponse({ type: InstanceBody })
  async get(
    @Param('id', INSTANCE_ID) instanceId: string,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<InstanceBody | undefined> {
    const instance = await this.network.call('instance.get', { instanceId }, call);
    return isKnownToCaller(tagOf(instance), ifNoneMatch, reply) ? undefined : instance;
  }

  @Patch(':id')
  @ApiOperation({ operationId: 'updateInstance' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'The ETag of the version that is to be changed.' })
  @ApiOkResponse({ type: InstanceBody })
  async update(
    @Param('id', INSTANCE_ID) instanceId: string,
    @Body(validated) { name }: UpdateInstanceBody,
    @Headers('if-match') ifMatch: string | undefined,
    @Call() call: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<InstanceBody> {
    const formerName = await this.nameOf(instanceId, ifMatch, call);
    const instance = await this.network.call('instance.rename', { instanceId, name, formerName }, call);
    void reply.header('etag', tagOf(instance));
    return instance;
  }

  /** Only a machine that is attached to no network. */
  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteInstance' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'The ETag of the version that is to be deleted.' })
  @ApiNoContentResponse()
  async delete(
    @Param('id', INSTANCE_ID) instanceId: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Call() call: RequestContext,
  ): Promise<void> {
    const formerName = await this.nameOf(instanceId, ifMatch, call);
    await this.network.call('instance.delete', { instanceId, formerName }, call);
  }

  /** Of the version that `ifMatch` names; nothing else of an instance changes. Throws `precondition-failed`. */
  private async nameOf(
    instanceId: string,
    ifMatch: string | undefined,
    call: RequestContext,
  ): Promise<string | undefined> {
    if (ifMatch === undefined) return undefined;
    const seen = await this.localWork.finding(call, () => this.network.call('instance.get', { instanceId }, call));
    checkIfMatch(tagOf(seen), ifMatch);
    return seen.name;
  }

  private zoneOf(name: string): Zone {
    const zone = this.topology.findZone(name);
    if (!zone) throw ProblemError.invalid('zone', `There is no zone ${name} here.`);
    return zone;
  }
}

function tagOf({ id, name }: InstanceBody): string {
  return valueTag(id, name);
}

function positionIn(end: string | undefined): InstancePosition | undefined {
  const [, createdAt, id] = END.exec(end ?? '') ?? [];
  return createdAt === undefined || id === undefined ? undefined : { createdAt, id };
}
