import { Injectable } from '@nestjs/common';
import { type AttachmentView, type InstanceView, type PrivateNetworkView, Topology } from '@isthmus/model';
import type { CallContext } from '@isthmus/rpc';
import { NetworkClient } from '../../clients/network.client';
import { NetworkComposer, type NetworkWithSubnets } from '../../clients/network.composer';
import type { NetworkBody } from './network.dto';
import { toNetworkBody, toServers } from './network.mapper';
import { RegionFinder } from './region-finder';
import { RouterReader } from './router.reader';
import { ZoneNames } from './zone-names';

/** Networks with their subnets, servers and routers: a fixed number of requests, however many networks. */
@Injectable()
export class NetworkReader {
  constructor(
    private readonly network: NetworkClient,
    private readonly composer: NetworkComposer,
    private readonly routers: RouterReader,
    private readonly regions: RegionFinder,
    private readonly zones: ZoneNames,
    private readonly topology: Topology,
  ) {}

  get(privateNetworkId: string, call: CallContext): Promise<PrivateNetworkView> {
    return this.regions.find(privateNetworkId, (region) =>
      this.network.call('private-network.get', { region, privateNetworkId }, call),
    );
  }

  async withSubnets(network: PrivateNetworkView, call: CallContext): Promise<NetworkWithSubnets> {
    const [composed] = await this.composer.withSubnets([network], call);
    return composed ?? { network, subnets: [] };
  }

  /** All networks that are told to be in the zone, or all. */
  async list(zoneName: string | undefined, call: CallContext): Promise<PrivateNetworkView[]> {
    const zone = zoneName === undefined ? undefined : this.zones.get(zoneName);
    const scopes = zone
      ? [{ region: zone.region, zone: zone.name }]
      : this.topology.regions.map((region) => ({ region }));
    const pages = await Promise.all(scopes.map((scope) => this.network.call('private-network.list', scope, call)));
    const networks = pages.flatMap(({ items }) => items);
    // A regional network is told to be in one zone, so it is listed in that one only.
    return zone ? networks.filter((each) => this.zones.ofNetwork(each) === this.zones.nameOf(zone.name)) : networks;
  }

  async describe(networks: PrivateNetworkView[], call: CallContext): Promise<NetworkBody[]> {
    if (networks.length === 0) return [];
    const [composed, routerIds, { attachments, instances }] = await Promise.all([
      this.composer.withSubnets(networks, call),
      this.routerIds(networks, call),
      this.servers(networks, call),
    ]);
    return composed.map(({ network, subnets }) =>
      toNetworkBody({
        network,
        subnets,
        servers: toServers(
          attachments.filter(({ privateNetworkId }) => privateNetworkId === network.id),
          instances,
        ),
        isRouted: routerIds.has(network.vpcId),
        zoneName: this.zones.ofNetwork(network),
      }),
    );
  }

  private async routerIds(networks: PrivateNetworkView[], call: CallContext): Promise<Set<string>> {
    const joined = networks.filter(({ connectivity }) => connectivity === 'joined');
    const regions = [...new Set(joined.map(({ region }) => region))];
    const routers = await Promise.all(regions.map((region) => this.routers.listIn(region, call)));
    return new Set(routers.flat().map(({ id }) => id));
  }

  private async servers(
    networks: PrivateNetworkView[],
    call: CallContext,
  ): Promise<{ attachments: AttachmentView[]; instances: InstanceView[] }> {
    const [only] = networks.length === 1 ? networks : [];
    const filter = only ? { privateNetworkId: only.id } : {};
    const { items: attachments } = await this.network.call('attachment.list', filter, call);
    if (attachments.length === 0) return { attachments, instances: [] };
    const instanceIds = [...new Set(attachments.map(({ instanceId }) => instanceId))];
    return { attachments, instances: await this.network.call('instance.list', { instanceIds }, call) };
  }
}
