import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { CreatePeering, ListPeerings, UpdatePeering } from '@isthmus/contracts';
import { Database, type Tx, violatedConstraint } from '@isthmus/db';
import { type Accepted, isUuid, type OperationView, type PeeringChange, type PeeringView } from '@isthmus/model';
import { busyWith, OperationEngine } from '@isthmus/operations';
import { ProblemError } from '@isthmus/problem';
import { Inbox, type RpcContext } from '@isthmus/rpc';
import { IpamClient } from '../clients/ipam.client';
import { PrivateNetworkRepository } from '../private-network/private-network.repository';
import { CreatePeeringSaga } from './create-peering.saga';
import { DeletePeeringSaga } from './delete-peering.saga';
import { PeeringFactsRepository } from './peering.facts';
import { pairOf, type SubnetsByNetwork } from './peering.plan';
import { alreadyPeered, notDisabled, notRouted, withItself } from './peering.problems';
import { PeeringRepository, type SeenPeering } from './peering.repository';
import { toPeeringView } from './peering.view';
import { UpdatePeeringSaga } from './update-peering.saga';

type AcceptedPeering = Accepted<PeeringView>;
type Change = { peering: SeenPeering; operation: OperationView };

/** The rules of peerings, and the transactions that accept their changes. Locks: network, then peering. */
@Injectable()
export class PeeringService {
  constructor(
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly engine: OperationEngine,
    private readonly peerings: PeeringRepository,
    private readonly facts: PeeringFactsRepository,
    private readonly networks: PrivateNetworkRepository,
    private readonly ipam: IpamClient,
  ) {}

  /**
   * Errors: `not-found` (`private-network`, `peer-network`), `already-exists`, `busy` (local network),
   * `precondition-failed` (`local_network_is_routed`), `invalid-argument`.
   */
  async create(command: CreatePeering, context: RpcContext): Promise<AcceptedPeering> {
    const { localNetworkId, peerNetworkId } = command;
    if (localNetworkId.toLowerCase() === peerNetworkId.toLowerCase()) throw withItself();
    requireUuid('private-network', localNetworkId);
    requireUuid('peer-network', peerNetworkId);
    const readSubnets = () => this.ipam.cidrsOfProject(context.projectId, [localNetworkId.toLowerCase()]);
    return this.accept(context, readSubnets, async (tx) => {
      await this.shareRouted(tx, localNetworkId, context.projectId);
      if (!(await this.peerings.networkExists(tx, peerNetworkId))) {
        throw ProblemError.notFound('peer-network', peerNetworkId);
      }
      const peering = await this.insert(tx, command, context.projectId);
      const operation = await this.engine.accept(tx, CreatePeeringSaga, {
        by: context,
        resource: { type: 'peering', id: peering.id },
        input: { pair: pairOf(peering) },
      });
      return { peering, operation };
    });
  }

  async get({ peeringId }: { peeringId: string }, context: RpcContext): Promise<PeeringView> {
    const peering = await this.require(peeringId, context);
    return toPeeringView(peering, await this.readSubnets([peering]));
  }

  async list(query: ListPeerings, context: RpcContext): Promise<PeeringView[]> {
    const peerings = await this.peerings.list(context.projectId, query);
    const subnets = await this.readSubnets(peerings);
    return peerings.map((peering) => toPeeringView(peering, subnets));
  }

  async history({ peeringId }: { peeringId: string }, context: RpcContext): Promise<PeeringChange[]> {
    const { id } = await this.require(peeringId, context);
    return this.peerings.history(id);
  }

  /** Errors: `not-found`, `busy`. */
  update(command: UpdatePeering, context: RpcContext): Promise<AcceptedPeering> {
    const { peeringId, name, intent, labels } = command;
    return this.accept(
      context,
      () => this.subnetsOf(peeringId, context),
      async (tx, subnets) => {
        const peering = await this.lock(tx, peeringId, context);
        context.recordBefore(toPeeringView(peering, subnets));
        const operation = await this.engine.accept(tx, UpdatePeeringSaga, {
          by: context,
          resource: { type: 'peering', id: peering.id },
          input: { pair: pairOf(peering), changes: { name, intent, labels } },
        });
        return { peering, operation };
      },
    );
  }

  /** Errors: `not-found`, `busy`, `precondition-failed` unless it is disabled or the peer network is gone. */
  delete({ peeringId }: { peeringId: string }, context: RpcContext): Promise<AcceptedPeering> {
    return this.accept(
      context,
      () => this.subnetsOf(peeringId, context),
      async (tx, subnets) => {
        const peering = await this.lock(tx, peeringId, context);
        context.recordBefore(toPeeringView(peering, subnets));
        const isDangling = !(await this.peerings.networkExists(tx, peering.peerNetworkId));
        const isAtRest = !(await this.peerings.hasLink(tx, peering.id));
        if (!isAtRest || !(isDangling || peering.state === 'disabled')) throw notDisabled(peering);
        const operation = await this.engine.accept(tx, DeletePeeringSaga, {
          by: context,
          resource: { type: 'peering', id: peering.id },
          input: { revision: peering.revision },
        });
        return { peering, operation };
      },
    );
  }

  /** One transaction, once per request. The subnets for the view are read before, so that none is open meanwhile. */
  private accept(
    context: RpcContext,
    readSubnets: () => Promise<SubnetsByNetwork>,
    change: (tx: Tx, subnets: SubnetsByNetwork) => Promise<Change>,
  ): Promise<AcceptedPeering> {
    return this.inbox.orEarlier(this.database, context, async () => {
      const subnets = await readSubnets();
      return this.database.transaction((tx) =>
        this.inbox.once(tx, context, async () => {
          const { peering, operation } = await change(tx, subnets);
          return { resource: toPeeringView(peering, subnets), operation };
        }),
      );
    });
  }

  private async insert(tx: Tx, command: CreatePeering, projectId: string): Promise<SeenPeering> {
    try {
      return await this.peerings.insert(tx, { ...command, id: randomUUID(), projectId });
    } catch (error) {
      throw violatedConstraint(error) === 'peering_once' ? alreadyPeered(command) : error;
    }
  }

  private async shareRouted(tx: Tx, id: string, projectId: string): Promise<void> {
    const network = await this.networks.share(tx, id, projectId);
    if (!network) throw ProblemError.notFound('private-network', id);
    if (network.state === 'creating' || network.state === 'deleting') {
      throw await busyWith(tx, { type: 'private-network', id });
    }
    if (!(await this.facts.isRouted(tx, id))) throw notRouted(id);
  }

  private async require(id: string, context: RpcContext): Promise<SeenPeering> {
    requireUuid('peering', id);
    const peering = await this.peerings.find(id, context.projectId);
    if (!peering) throw ProblemError.notFound('peering', id);
    return peering;
  }

  private async lock(tx: Tx, id: string, context: RpcContext): Promise<SeenPeering> {
    requireUuid('peering', id);
    const peering = await this.peerings.lock(tx, id, context.projectId);
    if (!peering) throw ProblemError.notFound('peering', id);
    return peering;
  }

  private async subnetsOf(id: string, context: RpcContext): Promise<SubnetsByNetwork> {
    return this.readSubnets([await this.require(id, context)]);
  }

  /** The own side in the own name; the peer's in its own, once it has consented. */
  private async readSubnets(peerings: SeenPeering[]): Promise<SubnetsByNetwork> {
    const byProject = new Map<string, string[]>();
    const add = (projectId: string | null, networkId: string): void => {
      if (projectId !== null) byProject.set(projectId, [...(byProject.get(projectId) ?? []), networkId]);
    };
    for (const { projectId, localNetworkId, peerProjectId, peerNetworkId } of peerings) {
      add(projectId, localNetworkId);
      add(peerProjectId, peerNetworkId);
    }
    const parts = [...byProject].map(([projectId, ids]) => this.ipam.cidrsOfProject(projectId, [...new Set(ids)]));
    return Object.assign({}, ...(await Promise.all(parts))) as SubnetsByNetwork;
  }
}

/** Nothing has an id that is no UUID. */
function requireUuid(resource: string, id: string): void {
  if (!isUuid(id)) throw ProblemError.notFound(resource, id);
}
