import type { Accepted, OperationKind, PeeringView, PrivateNetworkView } from '@isthmus/model';
import { type SagaScenario, until } from '@isthmus/testing';
import { PeeringService } from '../src/peering/peering.service';
import { PrivateNetworkService } from '../src/private-network/private-network.service';
import { SetRouterService } from '../src/private-network/set-router.service';
import { PeeringReconciler } from '../src/reconcile/peering.reconciler';
import { VpcService } from '../src/vpc/vpc.service';
import { joinedNetwork, REGION } from './commands';
import type { NetworkApp } from './network-app';

/** Networks, routers and peerings as the tests of peerings need them. */
export class PeeringCommands {
  constructor(private readonly network: NetworkApp) {}

  get peerings(): PeeringService {
    return this.network.app.get(PeeringService);
  }

  async router(projectId?: string, isRoutingEnabled = true): Promise<string> {
    const command = { region: REGION, name: 'router', tags: [], isRoutingEnabled };
    return (await this.network.app.get(VpcService).create(command, this.network.context(projectId))).id;
  }

  /** A network with that subnet, joined to that VPC, or isolated in the default one. */
  async networkOf(cidr: string, vpcId: string | null, projectId?: string): Promise<PrivateNetworkView> {
    const networks = this.network.app.get(PrivateNetworkService);
    const connectivity = vpcId === null ? ('isolated' as const) : ('joined' as const);
    const command = joinedNetwork({ vpcId, connectivity, addressing: { kind: 'subnets', cidrs: [cidr] } });
    return (await this.network.succeed(networks.create(command, this.network.context(projectId)))).resource;
  }

  create(local: string, peer: string, projectId?: string): Promise<Accepted<PeeringView>> {
    const command = {
      name: 'peering',
      intent: 'active' as const,
      labels: [],
      localNetworkId: local,
      peerNetworkId: peer,
    };
    return this.peerings.create(command, this.network.context(projectId));
  }

  async made(local: string, peer: string, projectId?: string): Promise<string> {
    return (await this.network.succeed(this.create(local, peer, projectId))).resource.id;
  }

  async change(peeringId: string, intent: 'active' | 'disabled', projectId?: string): Promise<void> {
    await this.network.succeed(this.peerings.update({ peeringId, intent }, this.network.context(projectId)));
  }

  setRouter(privateNetworkId: string, vpcId: string | null, projectId?: string): Promise<Accepted<PrivateNetworkView>> {
    const service = this.network.app.get(SetRouterService);
    return service.setRouter({ privateNetworkId, vpcId }, this.network.context(projectId));
  }

  /** Waits until the peering has this state; answers it. */
  until(peeringId: string, state: PeeringView['state'], projectId?: string): Promise<PeeringView> {
    return until(`peering ${peeringId} is ${state}`, async () => {
      const peering = await this.peerings.get({ peeringId }, this.network.context(projectId));
      return peering.state === state ? peering : undefined;
    });
  }
}

type PeeringKind = Extract<OperationKind, `peering.${string}` | 'private-network.set-router'>;

/** Scenarios for the saga harness; the reconciler is off there, so that nothing happens by itself. */
export function peeringScenarios(app: () => NetworkApp): Record<PeeringKind, SagaScenario<never>> {
  const commands = (): PeeringCommands => new PeeringCommands(app());

  async function twoNetworks(): Promise<[string, string]> {
    const [one, other] = [await commands().router(), await commands().router()];
    const left = await commands().networkOf('10.1.0.0/24', one);
    const right = await commands().networkOf('10.2.0.0/24', other);
    return [left.id, right.id];
  }

  async function oneSide(): Promise<string> {
    return commands().made(...(await twoNetworks()));
  }

  async function startLink(): Promise<string> {
    await app().app.get(PeeringReconciler).startOperations();
    const [row] = await app().database.query<{ id: string }>(
      `SELECT id FROM ops.operation WHERE resource_type = 'peering-link' ORDER BY id DESC LIMIT 1`,
    );
    return row?.id ?? '';
  }

  async function bothSides(): Promise<string> {
    const [left, right] = await twoNetworks();
    await commands().made(left, right);
    return commands().made(right, left);
  }

  const scenarios: Record<PeeringKind, SagaScenario<never>> = {
    'peering.create': {
      prepare: twoNetworks as () => Promise<never>,
      accept: async ([left, right]: [string, string]) => (await commands().create(left, right)).operation.id,
    },
    'peering.update': {
      prepare: oneSide as () => Promise<never>,
      accept: async (peeringId: string) => {
        const change = { peeringId, name: 'renamed', intent: 'disabled' as const, labels: [{ key: 'a', value: 'b' }] };
        return (await commands().peerings.update(change, app().context())).operation.id;
      },
    },
    'peering.delete': {
      prepare: (async () => {
        const peeringId = await oneSide();
        await commands().change(peeringId, 'disabled');
        return peeringId;
      }) as () => Promise<never>,
      accept: async (peeringId: string) =>
        (await commands().peerings.delete({ peeringId }, app().context())).operation.id,
    },
    'peering.activate': { prepare: bothSides as () => Promise<never>, accept: startLink },
    'peering.deactivate': {
      prepare: (async () => {
        const peeringId = await bothSides();
        await app().ended(await startLink());
        await commands().change(peeringId, 'disabled');
      }) as () => Promise<never>,
      accept: startLink,
    },
    'private-network.set-router': {
      prepare: (async () => {
        const vpcId = await commands().router();
        // The router stays where a move is undone, so it is there before.
        await commands().networkOf('10.3.0.0/24', vpcId);
        const { id } = await commands().networkOf('10.4.0.0/24', null);
        return [id, vpcId];
      }) as () => Promise<never>,
      accept: async ([id, vpcId]: [string, string]) => (await commands().setRouter(id, vpcId)).operation.id,
    },
  };
  return scenarios;
}
