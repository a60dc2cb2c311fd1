import { Injectable } from '@nestjs/common';
import type { SagaRun } from '@isthmus/operations';
import { ProblemError } from '@isthmus/problem';
import { AttachmentRepository } from '../attachment/attachment.repository';
import { IpamClient } from '../clients/ipam.client';
import { FabricDriver } from '../fabric/fabric.driver';
import { addressFor } from './next-hops';
import { RouteRepository } from './route.repository';

/** Tells the fabric what the row of a route says. */
@Injectable()
export class RouteFabric {
  constructor(
    private readonly routes: RouteRepository,
    private readonly attachments: AttachmentRepository,
    private readonly ipam: IpamClient,
    private readonly fabric: FabricDriver,
  ) {}

  /** A NIC keeps its addresses while a route leads to it, so they may be asked for at any time. */
  async ensure(run: SagaRun, revision?: bigint): Promise<void> {
    const route = await this.routes.getById(run.resource.id);
    const { id, vpcId: routerId, destination, nextHopAttachmentId: nicId } = route;
    const known = { id, routerId, destination, revision: revision ?? BigInt(route.revision) };
    if (nicId === null) {
      const networkId = route.nextHopPrivateNetworkId as string;
      return this.fabric.ensureRoute({ ...known, networkId, nextHop: null }, run.signal);
    }
    const { privateNetworkId: networkId } = await this.attachments.getById(nicId);
    const nextHop = addressFor(destination, await this.ipam.listAddressesOf(run, nicId));
    if (nextHop === undefined)
      throw new ProblemError('conflict', `The NIC ${nicId} has no address for ${destination}.`);
    await this.fabric.ensureRoute({ ...known, networkId, nextHop }, run.signal);
  }

  remove(run: SagaRun, revision: bigint): Promise<void> {
    return this.fabric.removeRoute({ id: run.resource.id, revision }, run.signal);
  }
}
