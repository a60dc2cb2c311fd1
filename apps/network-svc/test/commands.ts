import type { CreatePrivateNetwork } from '@isthmus/contracts';

export const REGION = 'fr-par';

/** A joined network with automatic subnets in the default VPC, unless `change` says otherwise. */
export function joinedNetwork(change: Partial<CreatePrivateNetwork> = {}): CreatePrivateNetwork {
  return {
    region: REGION,
    zone: null,
    vpcId: null,
    name: 'net',
    description: '',
    labels: {},
    tags: [],
    connectivity: 'joined',
    addressing: { kind: 'automatic' },
    isDhcpEnabled: true,
    dhcpOptions: { routers: [], dnsServers: [], ntpServers: [], domainSearch: [] },
    isDefaultRoutePropagated: false,
    ...change,
  };
}
