import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type {
  CreateVpnConnection,
  ListVpnConnections,
  MarkedPage,
  UpdateVpnConnection,
  VpnCalls,
} from '@isthmus/contracts';
import type { Accepted, VpnConnectionView } from '@isthmus/model';
import { Answers, RpcContext } from '@isthmus/rpc';
import { ConnectionChangeService } from './connection-change.service';
import { ConnectionReader } from './connection.reader';
import { ConnectionService } from './connection.service';

const AnswersVpn = Answers<VpnCalls>();

@Controller()
export class ConnectionHandler {
  constructor(
    private readonly connections: ConnectionService,
    private readonly changes: ConnectionChangeService,
    private readonly reader: ConnectionReader,
  ) {}

  @AnswersVpn('vpn-connection.create')
  create(@Payload() command: CreateVpnConnection, @Ctx() context: RpcContext): Promise<Accepted<VpnConnectionView>> {
    return this.connections.create(command, context);
  }

  @AnswersVpn('vpn-connection.create-batch')
  createBatch(
    @Payload() { connections }: { connections: CreateVpnConnection[] },
    @Ctx() context: RpcContext,
  ): Promise<Accepted<VpnConnectionView>[]> {
    return this.connections.createBatch(connections, context);
  }

  @AnswersVpn('vpn-connection.get')
  get(@Payload() query: { connectionId: string }, @Ctx() context: RpcContext): Promise<VpnConnectionView> {
    return this.reader.get(query.connectionId, context);
  }

  @AnswersVpn('vpn-connection.list')
  list(@Payload() query: ListVpnConnections, @Ctx() context: RpcContext): Promise<MarkedPage<VpnConnectionView>> {
    return this.reader.list(query, context);
  }

  @AnswersVpn('vpn-connection.update')
  update(@Payload() command: UpdateVpnConnection, @Ctx() context: RpcContext): Promise<Accepted<VpnConnectionView>> {
    return this.changes.update(command, context);
  }

  @AnswersVpn('vpn-connection.delete')
  delete(
    @Payload() command: { connectionId: string },
    @Ctx() context: RpcContext,
  ): Promise<Accepted<VpnConnectionView>> {
    return this.changes.delete(command.connectionId, context);
  }
}
