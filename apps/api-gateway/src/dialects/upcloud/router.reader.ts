import { Injectable } from '@nestjs/common';
import { Topology, type VpcView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import type { CallContext } from '@isthmus/rpc';
import { NetworkClient } from '../../clients/network.client';
import { everyPage } from './every-page';
import { RegionFinder } from './region-finder';
import type { RouterBody } from './router.dto';
import { toRouterBody } from './router.mapper';

/** Routers are the VPCs that route, in whatever dialect they were made. */
@Injectable()
export class RouterReader {
  constructor(
    private readonly network: NetworkClient,
    private readonly regions: RegionFinder,
    private readonly topology: Topology,
  ) {}

  async get(vpcId: string, call: CallContext): Promise<VpcView> {
    const vpc = await this.regions.find(vpcId, (region) => this.network.call('vpc.get', { region, vpcId }, call));
    if (!vpc.isRoutingEnabled) throw ProblemError.notFound('vpc', vpcId);
    return vpc;
  }

  listIn(region: string, call: CallContext): Promise<VpcView[]> {
    return everyPage((paging) => this.network.call('vpc.list', { region, paging, isRoutingEnabled: true }, call));
  }

  async list(call: CallContext): Promise<VpcView[]> {
    return (await Promise.all(this.topology.regions.map((region) => this.listIn(region, call)))).flat();
  }

  /** With their networks and routes: two requests for one router, two for each region of several. */
  async describe(vpcs: VpcView[], call: CallContext): Promise<RouterBody[]> {
    const [only] = vpcs.length === 1 ? vpcs : [];
    const filter = only ? { vpcId: only.id } : {};
    const regions = [...new Set(vpcs.map(({ region }) => region))];
    const [networks, routes] = await Promise.all([
      everyRegion(regions, async (region) => {
        return (await this.network.call('private-network.list', { region, ...filter }, call)).items;
      }),
      everyRegion(regions, (region) =>
        everyPage((paging) => this.network.call('route.list', { region, paging, ...filter }, call)),
      ),
    ]);
    return vpcs.map((vpc) => toRouterBody(vpc, networks, routes));
  }
}

async function everyRegion<Item>(regions: string[], load: (region: string) => Promise<Item[]>): Promise<Item[]> {
  return (await Promise.all(regions.map(load))).flat();
}
