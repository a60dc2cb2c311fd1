import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import {
  ChangeSubnets,
  CreatePrivateNetwork,
  GetPrivateNetwork,
  ListPrivateNetworks,
  MigrateZonal,
  NetworkCalls,
  Page,
  PlannedNetwork,
  SetRouter,
  UpdatePrivateNetwork,
} from '@isthmus/contracts';
import type { Accepted, PrivateNetworkView } from '@isthmus/model';
import { Answers, RpcContext } from '@isthmus/rpc';
import { PrivateNetworkService } from './private-network.service';
import { SetRouterService } from './set-router.service';

const AnswersNetwork = Answers<NetworkCalls>();

@Controller()
export class PrivateNetworkHandler {
  constructor(
    private readonly networks: PrivateNetworkService,
    private readonly routers: SetRouterService,
  ) {}

  @AnswersNetwork('private-network.create')
  create(@Payload() command: CreatePrivateNetwork, @Ctx() context: RpcContext): Promise<PlannedNetwork> {
    return this.networks.create(command, context);
  }

  @AnswersNetwork('private-network.get')
  get(@Payload() query: GetPrivateNetwork, @Ctx() context: RpcContext): Promise<PrivateNetworkView> {
    return this.networks.get(query, context);
  }

  @AnswersNetwork('private-network.list')
  list(@Payload() query: ListPrivateNetworks, @Ctx() context: RpcContext): Promise<Page<PrivateNetworkView>> {
    return this.networks.list(query, context);
  }

  @AnswersNetwork('private-network.update')
  update(@Payload() command: UpdatePrivateNetwork, @Ctx() context: RpcContext): Promise<Accepted<PrivateNetworkView>> {
    return this.networks.update(command, context);
  }

  @AnswersNetwork('private-network.enable-dhcp')
  enableDhcp(@Payload() command: GetPrivateNetwork, @Ctx() context: RpcContext): Promise<Accepted<PrivateNetworkView>> {
    return this.networks.enableDhcp(command, context);
  }

  @AnswersNetwork('private-network.change-subnets')
  changeSubnets(@Payload() command: ChangeSubnets, @Ctx() context: RpcContext): Promise<Accepted<PrivateNetworkView>> {
    return this.networks.changeSubnets(command, context);
  }

  @AnswersNetwork('private-network.migrate-zonal')
  migrateZonal(@Payload() command: MigrateZonal, @Ctx() context: RpcContext): Promise<Accepted<PrivateNetworkView>[]> {
    return this.networks.migrateZonal(command, context);
  }

  @AnswersNetwork('private-network.set-router')
  setRouter(@Payload() command: SetRouter, @Ctx() context: RpcContext): Promise<Accepted<PrivateNetworkView>> {
    return this.routers.setRouter(command, context);
  }

  @AnswersNetwork('private-network.delete')
  delete(@Payload() command: GetPrivateNetwork, @Ctx() context: RpcContext): Promise<Accepted<PrivateNetworkView>> {
    return this.networks.delete(command, context);
  }
}
