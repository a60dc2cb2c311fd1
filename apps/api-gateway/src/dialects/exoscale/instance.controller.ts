import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ProblemError } from '@isthmus/problem';
import type { CallContext } from '@isthmus/rpc';
import { NetworkClient } from '../../clients/network.client';
import { IdPipe } from '../../http/id.pipe';
import { Call } from '../../http/request';
import { validated } from '../../http/validation';
import { Scope, ZONED_BASES, type ZoneScope } from './exoscale.scope';
import { InstanceBody, InstanceListBody, InstanceTypeBody, ListInstancesQuery, TemplateBody } from './instance.dto';
import { EXTERNAL_INSTANCE_TYPE, EXTERNAL_TEMPLATE, toInstanceBody, toInstanceListItem } from './instance.mapper';

/** As much of compute as clients ask for while they work with networks. */
@ApiTags('instance')
@Controller(ZONED_BASES)
export class ExoscaleInstanceController {
  constructor(private readonly network: NetworkClient) {}

  @Get('instance')
  @ApiOperation({ operationId: 'list-instances' })
  @ApiOkResponse({ type: InstanceListBody })
  async list(
    @Scope() { region, zone }: ZoneScope,
    @Query(validated) query: ListInstancesQuery,
    @Call() call: CallContext,
  ): Promise<InstanceListBody> {
    if (Object.values(query).some(Boolean)) return { instances: [] };
    const instances = await this.network.call('instance.list', { region, zone }, call);
    if (instances.length === 0) return { instances: [] };
    const instanceIds = instances.map(({ id }) => id);
    const attachments = await this.network.call('attachment.list', { instanceIds }, call);
    return { instances: instances.map((instance) => toInstanceListItem(instance, attachments.items)) };
  }

  @Get('instance/:id')
  @ApiOperation({ operationId: 'get-instance' })
  @ApiOkResponse({ type: InstanceBody })
  async get(
    @Scope() { zone }: ZoneScope,
    @Param('id', new IdPipe('instance')) instanceId: string,
    @Call() call: CallContext,
  ): Promise<InstanceBody> {
    const instance = await this.network.call('instance.get', { instanceId }, call);
    if (instance.zone !== zone) throw ProblemError.notFound('instance', instanceId);
    const attachments = await this.network.call('attachment.list', { instanceId }, call);
    return toInstanceBody(instance, attachments.items);
  }

  @Get('instance-type/:id')
  @ApiOperation({ operationId: 'get-instance-type' })
  @ApiOkResponse({ type: InstanceTypeBody })
  getType(@Param('id') id: string): InstanceTypeBody {
    if (id !== EXTERNAL_INSTANCE_TYPE.id) throw new ProblemError('not-found', `There is no instance type ${id}.`);
    return EXTERNAL_INSTANCE_TYPE;
  }

  @Get('template/:id')
  @ApiOperation({ operationId: 'get-template' })
  @ApiOkResponse({ type: TemplateBody })
  getTemplate(@Param('id') id: string): TemplateBody {
    if (id !== EXTERNAL_TEMPLATE.id) throw new ProblemError('not-found', `There is no template ${id}.`);
    return EXTERNAL_TEMPLATE;
  }

  /** The official CLI asks for it when it shows an instance, and takes 404 for "none". */
  @Get('reverse-dns/instance/:id')
  @ApiOperation({ operationId: 'get-reverse-dns-instance' })
  @ApiNotFoundResponse({ description: 'Always: machines have no reverse DNS here.' })
  getReverseDns(@Param('id') id: string): never {
    throw new ProblemError('not-found', `The instance ${id} has no reverse DNS.`);
  }
}
