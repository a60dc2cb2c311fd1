import { Injectable } from '@nestjs/common';
import type { UpdateVpnConnection } from '@isthmus/contracts';
import { Database, type Tx } from '@isthmus/db';
import type { Accepted, VpnConnectionView } from '@isthmus/model';
import { busyWith, OperationEngine } from '@isthmus/operations';
import { ProblemError } from '@isthmus/problem';
import { Inbox, type RpcContext } from '@isthmus/rpc';
import { NetworkClient } from '../clients/network.client';
import { CustomerGatewayRepository } from '../customer-gateway/customer-gateway.repository';
import { VpnGatewayRepository } from '../gateway/vpn-gateway.repository';
import { type ConnectionEnds, ConnectionEndsFinder, type EndNames } from './connection-ends';
import { commandFor, planConnection } from './connection-plan';
import { isBeingChanged, isInError } from './connection.problems';
import { ConnectionReader } from './connection.reader';
import { routesOf } from './connection.routes';
import { DeleteConnectionSaga } from './delete-connection.saga';
import { PskVault, type SealedPsk } from './psk';
import { toTunnelIdentities } from './tunnel-connection';
import { TunnelNetworks } from './tunnel-networks';
import { UpdateConnectionSaga, type UpdateConnectionInput } from './update-connection.saga';
import { type ConnectionChange, VpnConnectionRepository } from './vpn-connection.repository';
import { type SeenConnection, toVpnConnectionView } from './vpn-connection.view';

type AcceptedConnection = Accepted<VpnConnectionView>;

/**
 * Accepts changes and the end of connections. Every acceptance locks the gateway first, so that under this lock the state
 * of a connection that nothing is at work on stays as it is. The other locks are as for new connections.
 */
@Injectable()
export class ConnectionChangeService {
  constructor(
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly engine: OperationEngine,
    private readonly connections: VpnConnectionRepository,
    private readonly reader: ConnectionReader,
    private readonly gateways: VpnGatewayRepository,
    private readonly customerGateways: CustomerGatewayRepository,
    private readonly ends: ConnectionEndsFinder,
    private readonly tunnelNetworks: TunnelNetworks,
    private readonly psks: PskVault,
    private readonly network: NetworkClient,
  ) {}

  /**
   * Answers the connection as it will be. Errors: as for a new one, and `not-found`, `busy`, `precondition-failed` (the
   * connection is in error).
   */
  update(command: UpdateVpnConnection, context: RpcContext): Promise<AcceptedConnection> {
    return this.inbox.orEarlier(this.database, context, async () => {
      const known = await this.reader.require(command.connectionId, context);
      const psk = command.psk ? this.psks.accept(command.psk, context.projectId, known.id) : null;
      const names = namesOf(known, command);
      const [ends] = (await this.ends.find([names], context.projectId)) as [ConnectionEnds];
      const plan = planConnection(commandFor(known, known.gatewayIp, command), ends);
      await this.network.checkRoutes(context, routesOf({ ...plan, id: known.id }, ends.gateway, ends.endpoint));
      return this.database.transaction((tx) =>
        this.inbox.once(tx, context, () => this.acceptUpdate(tx, known.gatewayId, command, psk, context)),
      );
    });
  }

  private async acceptUpdate(
    tx: Tx,
    gatewayId: string,
    command: UpdateVpnConnection,
    psk: SealedPsk | null,
    context: RpcContext,
  ): Promise<AcceptedConnection> {
    const connection = await this.lockIdle(tx, gatewayId, command.connectionId, context);
    if (connection.state === 'error') throw isInError(connection.id);
    const [ends] = (await this.ends.lock(tx, [namesOf(connection, command)], context.projectId)) as [ConnectionEnds];
    const next = await this.settle(tx, connection, command, ends);
    const revision = await this.connections.beginUpdate(tx, connection.id, next, psk);
    const input = { ...(await this.inputOf(tx, connection, next, ends)), revision, hasNewPsk: psk !== null };
    const operation = await this.engine.accept(tx, UpdateConnectionSaga, {
      by: context,
      resource: { type: 'vpn-connection', id: connection.id },
      input,
    });
    const resource = toVpnConnectionView({ ...connection, ...next, state: 'updating' });
    return { resource, operation };
  }

  /** What is absent stays as it is under the lock. */
  private async settle(
    tx: Tx,
    connection: SeenConnection,
    command: UpdateVpnConnection,
    ends: ConnectionEnds,
  ): Promise<ConnectionChange> {
    const plan = planConnection(commandFor(connection, connection.gatewayIp, command), ends);
    const { name, peerSubnets, isNqaEnabled, isHubEnabled, policyRules, ikePolicy, ipsecPolicy } = plan;
    await this.tunnelNetworks.requireNoTwin(tx, ends, connection.id);
    const tunnel = await this.tunnelNetworks.settle(tx, plan.tunnel, ends, connection.id);
    const customerGatewayId = ends.customerGateway.id;
    const rest = { name, peerSubnets, isNqaEnabled, isHubEnabled, policyRules, ikePolicy, ipsecPolicy };
    return { ...tunnel, ...rest, customerGatewayId };
  }

  private async inputOf(
    tx: Tx,
    connection: SeenConnection,
    next: ConnectionChange,
    { gateway, endpoint, customerGateway }: ConnectionEnds,
  ): Promise<Omit<UpdateConnectionInput, 'revision' | 'hasNewPsk'>> {
    const former = await this.customerGateways.getById(connection.customerGatewayId, tx);
    const before = toTunnelIdentities(connection, endpoint, former);
    const after = toTunnelIdentities(next, endpoint, customerGateway);
    return {
      next,
      routes: routesOf({ ...connection, ...next }, gateway, endpoint),
      formerRoutes: routesOf(connection, gateway, endpoint),
      areIdentitiesNew: before.some((identity, end) => identity !== after[end]),
    };
  }

  /** Errors: `not-found`, `busy`. */
  delete(id: string, context: RpcContext): Promise<AcceptedConnection> {
    return this.inbox.orEarlier(this.database, context, async () => {
      const { gatewayId } = await this.reader.require(id, context);
      return this.database.transaction((tx) =>
        this.inbox.once(tx, context, () => this.acceptDelete(tx, gatewayId, id, context)),
      );
    });
  }

  private async acceptDelete(tx: Tx, gatewayId: string, id: string, context: RpcContext): Promise<AcceptedConnection> {
    const connection = await this.lockIdle(tx, gatewayId, id, context);
    const { gateway, endpoint } = await this.ends.lockGatewaySide(tx, connection);
    const revision = await this.connections.beginDelete(tx, id);
    const routes = routesOf(connection, gateway, endpoint);
    const operation = await this.engine.accept(tx, DeleteConnectionSaga, {
      by: context,
      resource: { type: 'vpn-connection', id },
      input: { revision, formerState: connection.state, routes },
    });
    return { resource: toVpnConnectionView({ ...connection, state: 'deleting' }), operation };
  }

  /** Nothing is at work on it, and nothing can begin to be until the commit. */
  private async lockIdle(
    tx: Tx,
    gatewayId: string,
    id: string,
    context: RpcContext,
  ): Promise<SeenConnection & { state: 'active' | 'error' }> {
    await this.gateways.lock(tx, gatewayId, context.projectId);
    const connection = await this.connections.find(tx, id, context.projectId);
    if (!connection) throw ProblemError.notFound('vpn-connection', id);
    context.recordBefore(toVpnConnectionView(connection));
    const { state } = connection;
    if (state === 'active' || state === 'error') return { ...connection, state };
    throw isBeingChanged(await busyWith(tx, { type: 'vpn-connection', id }));
  }
}

function namesOf({ gatewayId, gatewayIp, customerGatewayId }: SeenConnection, change: UpdateVpnConnection): EndNames {
  return { gatewayId, gatewayIp, customerGatewayId: change.customerGatewayId ?? customerGatewayId };
}
