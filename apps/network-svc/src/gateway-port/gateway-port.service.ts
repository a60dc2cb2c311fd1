import { Injectable } from '@nestjs/common';
import { canonicalAddress } from '@isthmus/cidr';
import type { GatewayPort as WantedPort, PluggedPort, PlugPorts, UnplugPorts } from '@isthmus/contracts';
import { Database, type Tx } from '@isthmus/db';
import { isUuid } from '@isthmus/model';
import { busyWith } from '@isthmus/operations';
import { ProblemError } from '@isthmus/problem';
import { Inbox, type RpcContext } from '@isthmus/rpc';
import { untilDeadline } from '../fabric/fabric-deadline';
import { FabricDriver } from '../fabric/fabric.driver';
import { PrivateNetworkRepository } from '../private-network/private-network.repository';
import type { GatewayPort } from './gateway-port.entity';
import { GatewayPortRepository, type LeavingPort } from './gateway-port.repository';
import { toFabricPort, toPluggedPort } from './gateway-port.view';

/**
 * The ports by which gateways of other products hang on networks. What the rows say is told to the fabric after the commit
 * and told again by every repeated request, each time with the revision of the row: whatever comes late is the older one.
 * Locks: networks in the order of their ids, then ports.
 */
@Injectable()
export class GatewayPortService {
  constructor(
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly ports: GatewayPortRepository,
    private readonly networks: PrivateNetworkRepository,
    private readonly fabric: FabricDriver,
  ) {}

  /** Other ports of the gateway stay. Errors: `not-found` and `busy` (network), `conflict` (the id is another port's). */
  async plug({ gatewayId, ports }: PlugPorts, context: RpcContext): Promise<PluggedPort[]> {
    requireUuids([gatewayId, ...ports.map(({ id }) => id)]);
    const plugged = await this.database.transaction((tx) =>
      this.inbox.once(tx, context, async () => {
        await this.shareNetworks(tx, ports, context.projectId);
        const rows: GatewayPort[] = [];
        for (const port of sortedById(ports)) rows.push(await this.put(tx, gatewayId, port, context.projectId));
        return ports.flatMap(({ id }) => rows.filter((row) => row.id === id).map(toPluggedPort));
      }),
    );
    const ids = ports.map(({ id }) => id);
    // The rows of now, and not those of the answer: an unplug may have come between.
    const present = await this.ports.list(gatewayId, context.projectId, ids);
    const signal = untilDeadline(context);
    await Promise.all(present.map((port) => this.fabric.ensurePort(toFabricPort(port), signal)));
    return plugged;
  }

  /**
   * A row goes only when the fabric has forgotten its port, so that a crash leaves something to repeat by. A plug at work
   * is waited for where its request id is given; what that tells the fabric afterwards is older than the removal.
   */
  async unplug({ gatewayId, buries }: UnplugPorts, context: RpcContext): Promise<null> {
    requireUuids([gatewayId]);
    const leaving = await this.database.transaction((tx) =>
      this.inbox.once(tx, context, async (): Promise<LeavingPort[]> => {
        if (buries !== undefined) await this.inbox.bury(tx, buries);
        return this.ports.beginUnplug(tx, gatewayId, context.projectId);
      }),
    );
    const signal = untilDeadline(context);
    const removals = leaving.map(({ id, revision }) => ({ id, revision: BigInt(revision) }));
    await Promise.all(removals.map((port) => this.fabric.removePort(port, signal)));
    await this.ports.delete(leaving);
    return null;
  }

  /** Keeps the networks from being deleted and moved until the ports are there; from then on those are in the way. */
  private async shareNetworks(tx: Tx, ports: WantedPort[], projectId: string): Promise<void> {
    const ids = [...new Set(ports.map(({ privateNetworkId }) => privateNetworkId))].sort();
    for (const id of ids) {
      const network = isUuid(id) ? await this.networks.share(tx, id, projectId) : undefined;
      if (!network) throw ProblemError.notFound('private-network', id);
      const isUsable = network.state !== 'creating' && network.state !== 'deleting';
      if (!isUsable) throw await busyWith(tx, { type: 'private-network', id });
    }
  }

  private async put(tx: Tx, gatewayId: string, port: WantedPort, projectId: string): Promise<GatewayPort> {
    const addresses = port.addresses.map((address) => canonicalAddress(address, 'addresses'));
    const { id, privateNetworkId, name } = port;
    const row = await this.ports.put(tx, { id, projectId, gatewayId, privateNetworkId, name, addresses });
    if (row) return row;
    const detail = `The port id ${id} belongs to another gateway or network; choose a new one.`;
    throw new ProblemError('conflict', detail, { resource: 'gateway-port', resourceId: id });
  }
}

/** Everybody writes in this order, so that nobody waits in a circle. */
function sortedById(ports: WantedPort[]): WantedPort[] {
  return [...ports].sort((left, right) => (left.id < right.id ? -1 : 1));
}

function requireUuids(ids: string[]): void {
  for (const id of ids) {
    if (!isUuid(id)) throw ProblemError.invalid('id', `${JSON.stringify(id)} is not a UUID.`, 'format');
  }
}
