import { Injectable } from '@nestjs/common';
import { Database, type Queryable, type Tx } from '@isthmus/db';
import { recordEvent } from '@isthmus/operations';
import { ProblemError } from '@isthmus/problem';
import { IpamClient } from '../clients/ipam.client';
import { type NetworkPair, PeeringFactsRepository, type PeeringSelection, type PeeringSide } from './peering.facts';
import { pairOf, type PeeringPlan, planPeering, type SubnetsByNetwork } from './peering.plan';
import { type LinkOutcome, PeeringLinkRepository, type PeeringRoute } from './peering-link.repository';
import { PeeringRepository } from './peering.repository';

/** A pair whose rows are not as its facts say. */
export interface UnsettledPair {
  pair: NetworkPair;
  subnets: SubnetsByNetwork;
}

/** The link that an operation has just worked on, and how that ended. */
export interface EndedLink {
  linkId: string;
  outcome: LinkOutcome;
}

/**
 * Reads the facts and makes the rows agree with them: the one writer of states and links. Locks: both peerings by id, then
 * both VPCs' advisory locks by key.
 */
@Injectable()
export class PeeringJudge {
  constructor(
    private readonly database: Database,
    private readonly facts: PeeringFactsRepository,
    private readonly links: PeeringLinkRepository,
    private readonly peerings: PeeringRepository,
    private readonly ipam: IpamClient,
  ) {}

  /** Looks without locks; answers the pairs that must be settled. */
  async findUnsettled(selection: PeeringSelection): Promise<UnsettledPair[]> {
    const pairs = groupPairs(await this.facts.select(selection));
    // A network alone has nothing to be compared with.
    const subnets = await this.readSubnets(pairs.flat().filter(({ reverseIntent }) => reverseIntent !== null));
    const routes = byLink(await this.links.routesOf(this.database, linksOf(pairs.flat())));
    const unsettled = pairs.filter((sides) => {
      // Routes that a link holds are in nobody's way: the database sees to it. Others are looked for when they are made.
      const own = routes.get(sides[0]?.linkId ?? '') ?? [];
      const plan = planPeering(sides, subnets, own);
      return !plan || plan.action !== 'keep' || isNews(sides, plan);
    });
    return unsettled.map((sides) => ({ pair: pairOf(sides[0] as PeeringSide), subnets }));
  }

  /** Against every other change of the pair until the commit. */
  lock(tx: Tx, pair: NetworkPair): Promise<void> {
    return this.facts.lockPair(tx, pair);
  }

  /** The CIDRs of both networks, as far as they exist, for the service itself: a side is perhaps just being made. */
  async subnetsOfPair(pair: NetworkPair): Promise<SubnetsByNetwork> {
    return this.readSubnets(await this.facts.networksOf(pair));
  }

  /**
   * Makes links and states of one pair agree with its facts, both sides in this transaction. When they depend on subnets
   * that were not read nothing is written, and false is answered: somebody must look again.
   */
  async settle(tx: Tx, pair: NetworkPair, subnets: SubnetsByNetwork, ended?: EndedLink): Promise<boolean> {
    await this.facts.lockPair(tx, pair);
    if (ended) await this.links.end(tx, ended.linkId, ended.outcome);
    const sides = await this.facts.ofPair(tx, pair);
    let plan = await this.plan(tx, sides, subnets);
    if (plan?.action === 'install') {
      await this.links.lockVpcs(tx, vpcsOf(sides));
      plan = await this.plan(tx, sides, subnets);
    }
    if (!plan) return false;
    await this.move(tx, sides, plan);
    if (!isNews(sides, plan)) return true;
    await this.peerings.setStates(tx, plan.verdicts);
    await tellChanges(tx, sides, plan);
    return true;
  }

  /** Throws `precondition-failed` unless both sides are as they must be for the routes that the link was made with. */
  async requireReady(linkId: string): Promise<SubnetsByNetwork> {
    const pair = await this.facts.pairOfLink(linkId);
    const sides = await this.facts.ofPair(this.database, pair);
    const subnets = await this.readSubnets(sides);
    const asIfInstalled = sides.map((side) => ({ ...side, phase: 'installed' as const }));
    const plan = await this.plan(this.database, asIfInstalled, subnets);
    if (plan?.isWanted && plan.action === 'keep') return subnets;
    const obstacle = plan?.verdicts.find(({ verdict }) => verdict.fact !== 'link')?.verdict.reason;
    const detail = obstacle ?? 'The subnets of the two networks have changed; the routes are worked out anew.';
    throw new ProblemError('precondition-failed', detail, { precondition: 'both_sides_are_ready' });
  }

  private async plan(on: Queryable, sides: PeeringSide[], subnets: SubnetsByNetwork): Promise<PeeringPlan | undefined> {
    const networkIds = sides.map(({ localNetworkId }) => localNetworkId);
    const cidrs = networkIds.flatMap((id) => subnets[id] ?? []);
    const own = await this.links.routesOf(on, linksOf(sides));
    const others = await this.links.routesInTheWay(on, vpcsOf(sides), networkIds, cidrs);
    return planPeering(sides, subnets, [...own, ...others]);
  }

  private async move(tx: Tx, sides: PeeringSide[], { action, routes }: PeeringPlan): Promise<void> {
    if (action === 'keep') return;
    const [low, high] = sides as [PeeringSide, PeeringSide];
    if (action === 'install') return this.links.install(tx, low.id, high.id, routes);
    const linkId = low.linkId as string;
    if (action === 'withdraw') return this.links.withdraw(tx, linkId, low.id, high.id);
    return this.links.delete(tx, linkId);
  }

  /** Of each project in its own name. */
  private async readSubnets(networks: Pick<PeeringSide, 'projectId' | 'localNetworkId'>[]): Promise<SubnetsByNetwork> {
    const byProject = new Map<string, Set<string>>();
    for (const { projectId, localNetworkId } of networks) {
      byProject.set(projectId, (byProject.get(projectId) ?? new Set()).add(localNetworkId));
    }
    const subnets: SubnetsByNetwork = {};
    for (const [projectId, networkIds] of byProject) {
      Object.assign(subnets, await this.ipam.cidrsOfProject(projectId, [...networkIds]));
    }
    return subnets;
  }
}

function groupPairs(sides: PeeringSide[]): PeeringSide[][] {
  const pairs = new Map<string, PeeringSide[]>();
  for (const side of sides) {
    const key = pairOf(side).sort().join(' ');
    pairs.set(key, [...(pairs.get(key) ?? []), side]);
  }
  return [...pairs.values()];
}

function byLink(routes: PeeringRoute[]): Map<string, PeeringRoute[]> {
  const links = new Map<string, PeeringRoute[]>();
  for (const route of routes) {
    const known = links.get(route.linkId);
    if (known) known.push(route);
    else links.set(route.linkId, [route]);
  }
  return links;
}

function linksOf(sides: PeeringSide[]): string[] {
  return [...new Set(sides.flatMap(({ linkId }) => linkId ?? []))];
}

function vpcsOf(sides: PeeringSide[]): string[] {
  return [...new Set(sides.map(({ localVpcId }) => localVpcId))];
}

/** Each side in its own project. Another reason for the same state is only shown. */
async function tellChanges(tx: Tx, sides: PeeringSide[], { verdicts }: PeeringPlan): Promise<void> {
  for (const { id, verdict } of verdicts) {
    const side = sides.find((candidate) => candidate.id === id);
    if (!side || side.state === verdict.state) continue;
    const { projectId, intent, localNetworkId, peerNetworkId } = side;
    await recordEvent(tx, {
      type: 'peering.state_changed',
      projectId,
      resource: { type: 'peering', id },
      payload: { from: side.state, to: verdict.state, reason: verdict.reason, intent, localNetworkId, peerNetworkId },
    });
  }
}

function isNews(sides: PeeringSide[], { verdicts }: PeeringPlan): boolean {
  return sides.some((side) => {
    const verdict = verdicts.find(({ id }) => id === side.id)?.verdict;
    const reason = verdict?.state === 'active' ? null : verdict?.reason;
    return verdict?.state !== side.state || reason !== side.stateReason;
  });
}
