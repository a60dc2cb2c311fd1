import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { CreateVpnConnection, VpnQuotaResource } from '@isthmus/contracts';
import { Database, type Tx, violatedConstraint } from '@isthmus/db';
import type { Accepted, VpnConnectionView } from '@isthmus/model';
import { OperationEngine } from '@isthmus/operations';
import { ProblemError } from '@isthmus/problem';
import { ProjectQuotas } from '@isthmus/quota';
import { Inbox, type RpcContext } from '@isthmus/rpc';
import { NetworkClient } from '../clients/network.client';
import { type ConnectionEnds, ConnectionEndsFinder } from './connection-ends';
import { type ConnectionPlan, planConnection } from './connection-plan';
import { gatewayIsFull, inBatch } from './connection.problems';
import { routesOf } from './connection.routes';
import { CreateConnectionSaga } from './create-connection.saga';
import { PskVault, type SealedPsk } from './psk';
import { TunnelNetworks } from './tunnel-networks';
import { VpnConnectionRepository } from './vpn-connection.repository';
import { toVpnConnectionView } from './vpn-connection.view';

type AcceptedConnection = Accepted<VpnConnectionView>;

/** A command with what was drawn for it once. */
interface Fresh {
  id: string;
  command: CreateVpnConnection;
}

const MAX_BATCH = 50;

/**
 * Accepts new connections. Locks: gateway, then customer gateway, then connection, then the project's count. Whoever holds
 * both ends decides alone which tunnel networks and pairs they have.
 */
@Injectable()
export class ConnectionService {
  constructor(
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly engine: OperationEngine,
    private readonly connections: VpnConnectionRepository,
    private readonly ends: ConnectionEndsFinder,
    private readonly tunnelNetworks: TunnelNetworks,
    private readonly psks: PskVault,
    private readonly network: NetworkClient,
    private readonly quotas: ProjectQuotas<VpnQuotaResource>,
  ) {}

  /**
   * Errors: `invalid-argument`, `not-found` (gateway, customer gateway), `precondition-failed` (the gateway is not active),
   * `conflict` (the pair or the tunnel network is taken), `exhausted` (tunnel networks), `already-exists` (a route leads to
   * a peer subnet), `quota-exceeded` (of the gateway, of the project), `unavailable` (the key cannot be opened).
   */
  async create(command: CreateVpnConnection, context: RpcContext): Promise<AcceptedConnection> {
    const [accepted] = await this.admit([command], context, (refusal) => refusal);
    if (!accepted) throw new Error('the acceptance of a connection answered nothing');
    return accepted;
  }

  /** All or none, 1 to 50, in their order. Errors: as `create`. */
  async createBatch(commands: CreateVpnConnection[], context: RpcContext): Promise<AcceptedConnection[]> {
    if (commands.length < 1 || commands.length > MAX_BATCH) {
      throw ProblemError.invalid('connections', `1 to ${MAX_BATCH} connections can be made at once.`);
    }
    return this.admit(commands, context, inBatch);
  }

  private admit(commands: CreateVpnConnection[], context: RpcContext, name: Namer): Promise<AcceptedConnection[]> {
    return this.inbox.orEarlier(this.database, context, async () => {
      const fresh = commands.map((command) => ({ id: randomUUID(), command }));
      const psks = fresh.map((one, index) => naming(name, index, () => this.sealedPskOf(one, context.projectId)));
      const ends = await this.ends.find(commands, context.projectId);
      await this.checkRoutes(fresh, ends, context, name);
      return this.database.transaction((tx) =>
        this.inbox.once(tx, context, () => this.accept(tx, fresh, psks, context, name)),
      );
    });
  }

  private sealedPskOf({ id, command }: Fresh, projectId: string): SealedPsk {
    if (!command.psk) throw ProblemError.invalid('psk', 'A connection needs a pre-shared key.', 'required');
    return this.psks.accept(command.psk, projectId, id);
  }

  /** Before any lock is taken, what network-svc would refuse. */
  private async checkRoutes(fresh: Fresh[], ends: ConnectionEnds[], context: RpcContext, name: Namer): Promise<void> {
    const checks = fresh.map(({ id, command }, index) =>
      namingLater(name, index, async () => {
        const its = ends[index] as ConnectionEnds;
        const plan = planConnection(command, its);
        await this.network.checkRoutes(context, routesOf({ ...plan, id }, its.gateway, its.endpoint));
      }),
    );
    await Promise.all(checks);
  }

  private async accept(
    tx: Tx,
    fresh: Fresh[],
    psks: SealedPsk[],
    context: RpcContext,
    name: Namer,
  ): Promise<AcceptedConnection[]> {
    const { projectId } = context;
    const commands = fresh.map(({ command }) => command);
    const ends = await this.ends.lock(tx, commands, projectId);
    const accepted: AcceptedConnection[] = [];
    for (const [index, one] of fresh.entries()) {
      const its = ends[index] as ConnectionEnds;
      const insert = (): Promise<AcceptedConnection> => this.insert(tx, one, psks[index] as SealedPsk, its, context);
      accepted.push(await namingLater(name, index, insert));
    }
    await this.countAtGateways(tx, ends);
    for (let taken = 0; taken < fresh.length; taken++) await this.quotas.take(tx, projectId, 'vpn-connection');
    return accepted;
  }

  private async insert(
    tx: Tx,
    { id, command }: Fresh,
    psk: SealedPsk,
    ends: ConnectionEnds,
    context: RpcContext,
  ): Promise<AcceptedConnection> {
    const { projectId } = context;
    const plan: ConnectionPlan = planConnection(command, ends);
    await this.tunnelNetworks.requireNoTwin(tx, ends, id);
    const tunnel = await this.tunnelNetworks.settle(tx, plan.tunnel, ends, id);
    const { gateway, endpoint, customerGateway } = ends;
    const row = {
      ...{ ...plan, ...tunnel, id, projectId },
      ...{ gatewayId: gateway.id, endpointId: endpoint.id, customerGatewayId: customerGateway.id },
    };
    await this.connections.insert(tx, row, psk);
    const operation = await this.engine.accept(tx, CreateConnectionSaga, {
      by: context,
      resource: { type: 'vpn-connection', id },
      input: { routes: routesOf(row, gateway, endpoint) },
    });
    const made = await this.connections.find(tx, id, projectId);
    if (!made) throw new Error('the insert of a connection left nothing');
    return { resource: toVpnConnectionView(made), operation };
  }

  private async countAtGateways(tx: Tx, ends: ConnectionEnds[]): Promise<void> {
    const gateways = new Map(ends.map(({ gateway }) => [gateway.id, gateway]));
    for (const { id, connectionLimit, connectionCount } of gateways.values()) {
      const count = ends.filter(({ gateway }) => gateway.id === id).length;
      try {
        await this.connections.addToGateway(tx, id, count);
      } catch (error) {
        const isFull = violatedConstraint(error) === 'gateway_connection_limit';
        throw isFull ? gatewayIsFull(id, connectionLimit, connectionCount) : error;
      }
    }
  }
}

/** How a refusal tells which connection of several it is about. */
type Namer = (refusal: unknown, index: number) => unknown;

function naming<T>(name: Namer, index: number, work: () => T): T {
  try {
    return work();
  } catch (refusal) {
    throw name(refusal, index);
  }
}

async function namingLater<T>(name: Namer, index: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (refusal) {
    throw name(refusal, index);
  }
}
