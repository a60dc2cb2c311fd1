import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { CreateRoute, GetRoute, ListRoutes, NetworkCalls, Page, UpdateRoute } from '@isthmus/contracts';
import type { Accepted, RouteView, RouteWithNextHop } from '@isthmus/model';
import { Answers, RpcContext } from '@isthmus/rpc';
import { RouteReader } from './route.reader';
import { RouteService } from './route.service';

const AnswersNetwork = Answers<NetworkCalls>();

@Controller()
export class RouteHandler {
  constructor(
    private readonly routes: RouteService,
    private readonly reader: RouteReader,
  ) {}

  @AnswersNetwork('route.create')
  create(@Payload() command: CreateRoute, @Ctx() context: RpcContext): Promise<Accepted<RouteView>> {
    return this.routes.create(command, context);
  }

  @AnswersNetwork('route.get')
  get(@Payload() query: GetRoute, @Ctx() context: RpcContext): Promise<RouteView> {
    return this.reader.get(query, context);
  }

  @AnswersNetwork('route.list')
  list(@Payload() query: ListRoutes, @Ctx() context: RpcContext): Promise<Page<RouteWithNextHop>> {
    return this.reader.list(query, context);
  }

  @AnswersNetwork('route.update')
  update(@Payload() command: UpdateRoute, @Ctx() context: RpcContext): Promise<Accepted<RouteView>> {
    return this.routes.update(command, context);
  }

  @AnswersNetwork('route.delete')
  delete(@Payload() command: GetRoute, @Ctx() context: RpcContext): Promise<Accepted<RouteView>> {
    return this.routes.delete(command, context);
  }
}
