import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { OperationView, PrivateNetworkView, VpcView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import type { CallContext } from '@isthmus/rpc';
import { NetworkClient } from '../../clients/network.client';
import { unlessMissing } from '../../clients/unless-missing';
import { IdPipe } from '../../http/id.pipe';
import { Call, contextOfCommand, type RequestContext } from '../../http/request';
import { validated } from '../../http/validation';
import { LocalWork } from '../../idempotency/local-work';
import { toOperationBody } from '../../operations/operation-body';
import { fromLabelRecord, hasLabels, toLabelFilters } from './label.mapper';
import {
  CreateNetworkDto,
  ListNetworksQuery,
  NetworkAnswer,
  NetworkListAnswer,
  UpdateNetworkDto,
  type UpdateNetworkFields,
} from './network.dto';
import { type NetworkChange, toChange, toCreateCommand } from './network.mapper';
import { NetworkReader } from './network.reader';
import { RouterReader } from './router.reader';
import { UpcloudAnswers } from './upcloud.answers';
import { UpcloudProblem } from './upcloud.problem';
import { ZoneNames } from './zone-names';

interface ChangePlan {
  network: PrivateNetworkView;
  change: NetworkChange;
  /** That is to be attached. */
  router?: VpcView;
}

const NetworkId = (): ParameterDecorator => Param('uuid', new IdPipe('private-network'));

@ApiTags('Networks')
@Controller('1.3/network')
export class UpcloudNetworkController {
  constructor(
    private readonly network: NetworkClient,
    private readonly networks: NetworkReader,
    private readonly routers: RouterReader,
    private readonly zones: ZoneNames,
    private readonly answers: UpcloudAnswers,
    private readonly localWork: LocalWork,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listNetworks' })
  @ApiOkResponse({ type: NetworkListAnswer })
  async list(@Query(validated) query: ListNetworksQuery, @Call() call: CallContext): Promise<NetworkListAnswer> {
    const filters = toLabelFilters(query.label);
    const all = await this.networks.list(query.zone, call);
    const networks = all.filter(({ labels }) => hasLabels(fromLabelRecord(labels), filters));
    return { networks: { network: await this.networks.describe(networks, call) } };
  }

  @Post()
  @HttpCode(201)
  @ApiOperation({ operationId: 'createNetwork' })
  @ApiCreatedResponse({ type: NetworkAnswer })
  async create(
    @Body(validated) body: CreateNetworkDto,
    @Call() call: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NetworkAnswer> {
    const command = toCreateCommand(body.network, this.zones.get(body.network.zone));
    const { vpcId } = command;
    if (vpcId !== null) {
      const router = await this.localWork.finding(call, () => this.routers.get(vpcId, call));
      await this.bringRouter(router, command.region, call);
    }
    const { resource, operation } = await this.network.call('private-network.create', command, call);
    return this.answer(resource, operation, call, reply);
  }

  @Get(':uuid')
  @ApiOperation({ operationId: 'getNetwork' })
  @ApiOkResponse({ type: NetworkAnswer })
  async get(@NetworkId() id: string, @Call() call: CallContext): Promise<NetworkAnswer> {
    return this.read(await this.networks.get(id, call), call);
  }

  @Put(':uuid')
  @ApiOperation({ operationId: 'modifyNetwork' })
  @ApiOkResponse({ type: NetworkAnswer })
  async update(
    @NetworkId() id: string,
    @Body(validated) body: UpdateNetworkDto,
    @Call() call: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NetworkAnswer> {
    const { network, change, router } = await this.localWork.finding(call, () => this.plan(id, body.network, call));
    if (router) await this.bringRouter(router, network.region, call);
    const last = await this.apply(change, network, call);
    return last ? this.answer(network, last, call, reply) : this.read(network, call);
  }

  @Patch(':uuid')
  @ApiOperation({ operationId: 'patchNetwork' })
  @ApiOkResponse({ type: NetworkAnswer })
  patch(
    @NetworkId() id: string,
    @Body(validated) body: UpdateNetworkDto,
    @Call() call: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NetworkAnswer> {
    return this.update(id, body, call, reply);
  }

  @Delete(':uuid')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteNetwork' })
  @ApiNoContentResponse()
  async delete(
    @NetworkId() privateNetworkId: string,
    @Call() call: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { region } = await this.localWork.finding(call, () => this.networks.get(privateNetworkId, call));
    const { operation } = await this.network.call('private-network.delete', { region, privateNetworkId }, call);
    await this.answers.settled(operation, reply);
  }

  /** What the modification comes to, as things are. */
  private async plan(id: string, fields: UpdateNetworkFields, call: CallContext): Promise<ChangePlan> {
    const { network, subnets } = await this.networks.withSubnets(await this.networks.get(id, call), call);
    const change = toChange(fields, network, subnets);
    const vpcId = change.setRouter?.vpcId;
    return { network, change, ...(vpcId ? { router: await this.routers.get(vpcId, call) } : {}) };
  }

  /** Each change is an operation, and a network has one at a time. Answers the last one, which is not waited for. */
  private async apply(
    { update, enableDhcp, setRouter }: NetworkChange,
    { region, id: privateNetworkId }: PrivateNetworkView,
    call: RequestContext,
  ): Promise<OperationView | undefined> {
    let last: OperationView | undefined;
    // A request id is for one command: with the same one the second command would be answered like the first.
    const next = async (command: string): Promise<CallContext> => {
      if (last) await this.answers.finished(last);
      return contextOfCommand(call, command);
    };
    const accept = ({ operation }: { operation: OperationView }): void => void (last = operation);
    if (update) accept(await this.network.call('private-network.update', update, await next('update')));
    if (enableDhcp) {
      const command = { region, privateNetworkId };
      accept(await this.network.call('private-network.enable-dhcp', command, await next('enable-dhcp')));
    }
    if (setRouter) {
      const command = { privateNetworkId, ...setRouter };
      accept(await this.network.call('private-network.set-router', command, await next('set-router')));
    }
    return last;
  }

  /** Routers have no zone of their own here: one without networks follows the first that it gets. */
  private async bringRouter(router: VpcView, region: string, call: RequestContext): Promise<void> {
    const { id: vpcId } = router;
    if (router.region === region) return;
    const command = { vpcId, region: router.region, toRegion: region };
    try {
      await this.network.call('vpc.move', command, contextOfCommand(call, 'move-router'));
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code !== 'precondition-failed') throw error;
      const detail = `The router ${vpcId} has networks in ${router.region}, and this one is in ${region}; use another router.`;
      throw new UpcloudProblem('ZONE_MISMATCH', 'conflict', detail, { resource: 'vpc', resourceId: vpcId });
    }
  }

  /** The network as it is now: changed if the operation has ended, else on its way. As it was where it is gone by now. */
  private async answer(
    before: PrivateNetworkView,
    accepted: OperationView,
    call: CallContext,
    reply: FastifyReply,
  ): Promise<NetworkAnswer> {
    const operation = await this.answers.settled(accepted, reply);
    const changed = operation.state === 'success' ? await unlessMissing(this.networks.get(before.id, call)) : undefined;
    const network = changed ?? before;
    return { ...(await this.read(network, call)), operation: toOperationBody(operation, `/1.3/network/${before.id}`) };
  }

  private async read(network: PrivateNetworkView, call: CallContext): Promise<NetworkAnswer> {
    const [body] = await this.networks.describe([network], call);
    if (!body) throw new Error('one network is described by one body');
    return { network: body };
  }
}
