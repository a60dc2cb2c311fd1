import { Injectable } from '@nestjs/common';
import type { AddressView, PrivateNetworkView, SubnetView } from '@isthmus/model';
import type { CallContext } from '@isthmus/rpc';
import { IpamClient } from './ipam.client';

/** A private network with what ipam-svc knows of it. */
export interface NetworkWithSubnets {
  network: PrivateNetworkView;
  subnets: SubnetView[];
}

export interface NetworkWithLeases extends NetworkWithSubnets {
  addresses: AddressView[];
}

/** Puts together what two services know of a network: one request each for a whole page. */
@Injectable()
export class NetworkComposer {
  constructor(private readonly ipam: IpamClient) {}

  async withSubnets(networks: PrivateNetworkView[], context: CallContext): Promise<NetworkWithSubnets[]> {
    const subnets = groupByNetwork(await this.ipam.subnetsOf(idsOf(networks), context));
    return networks.map((network) => ({ network, subnets: subnets.get(network.id) ?? [] }));
  }

  async withLeases(networks: PrivateNetworkView[], context: CallContext): Promise<NetworkWithLeases[]> {
    const ids = idsOf(networks);
    const [subnets, addresses] = await Promise.all([
      this.ipam.subnetsOf(ids, context).then(groupByNetwork),
      this.ipam.addressesIn(ids, context).then(groupByNetwork),
    ]);
    return networks.map((network) => ({
      network,
      subnets: subnets.get(network.id) ?? [],
      addresses: addresses.get(network.id) ?? [],
    }));
  }
}

function idsOf(networks: PrivateNetworkView[]): string[] {
  return networks.map(({ id }) => id);
}

function groupByNetwork<Item extends { privateNetworkId: string | null }>(items: Item[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    if (item.privateNetworkId === null) continue;
    const group = groups.get(item.privateNetworkId);
    if (group) group.push(item);
    else groups.set(item.privateNetworkId, [item]);
  }
  return groups;
}
