import type { CreatePrivateNetwork, UpdatePrivateNetwork } from '@isthmus/contracts';
import type { AttachmentView, InstanceView, PrivateNetworkView, SubnetView, Zone } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { given } from '../../http/given';
import { notSupported, theIpNetwork, toAddressing, toDhcpOptions, toIpNetworks } from './ip-network.mapper';
import { fromLabelRecord, toLabelRecord } from './label.mapper';
import type { CreateNetworkFields, IpNetworkDto, NetworkBody, UpdateNetworkFields } from './network.dto';

/** UpCloud networks live in one zone; they are routed if they have a router, else pure layer 2. */
export function toCreateCommand(fields: CreateNetworkFields, zone: Zone): CreatePrivateNetwork {
  const ipNetwork = theIpNetwork(fields.ip_networks);
  const router = fields.router ?? null;
  return {
    region: zone.region,
    zone: zone.name,
    vpcId: router,
    name: fields.name,
    description: '',
    labels: toLabelRecord(fields.labels ?? []),
    tags: [],
    connectivity: router === null ? 'isolated' : 'joined',
    addressing: toAddressing(ipNetwork, router !== null),
    isDhcpEnabled: ipNetwork.dhcp ?? false,
    dhcpOptions: toDhcpOptions(ipNetwork),
    isDefaultRoutePropagated: ipNetwork.dhcp_default_route ?? false,
  };
}

/** What a modification comes to: up to three changes, each an operation, in this order. */
export interface NetworkChange {
  update?: UpdatePrivateNetwork;
  enableDhcp?: true;
  /** A router to attach, null to detach. */
  setRouter?: { vpcId: string | null };
}

/** Only what is not so already. Throws for what never changes. */
export function toChange(
  fields: UpdateNetworkFields,
  network: PrivateNetworkView,
  subnets: SubnetView[],
): NetworkChange {
  const ipNetwork = fields.ip_networks ? theIpNetwork(fields.ip_networks) : undefined;
  if (ipNetwork) checkChange(ipNetwork, network, subnets);
  const update = updateOf(fields, ipNetwork, network);
  const present = network.connectivity === 'joined' ? network.vpcId : null;
  const wanted = fields.router === undefined ? present : fields.router;
  return {
    ...(Object.keys(update).length > 0
      ? { update: { region: network.region, privateNetworkId: network.id, ...update } }
      : {}),
    ...(ipNetwork?.dhcp && !network.isDhcpEnabled ? { enableDhcp: true as const } : {}),
    ...(wanted === present ? {} : { setRouter: { vpcId: wanted } }),
  };
}

function checkChange(ipNetwork: IpNetworkDto, network: PrivateNetworkView, subnets: SubnetView[]): void {
  const { address, dhcp, gateway } = ipNetwork;
  const [present] = toIpNetworks(network, subnets);
  if (address && address !== present?.address) {
    throw notSupported('The address of a network cannot be changed here; make another network.');
  }
  if (dhcp === false && network.isDhcpEnabled) throw notSupported('DHCP cannot be switched off again.');
  if (gateway && network.connectivity === 'joined' && gateway !== present?.gateway) {
    const field = 'network.ip_networks.gateway';
    throw ProblemError.invalid(field, `${field}: the gateway of a network with a router never changes.`);
  }
}

type Changes = Omit<UpdatePrivateNetwork, 'region' | 'zone' | 'privateNetworkId'>;

function updateOf(
  fields: UpdateNetworkFields,
  ipNetwork: IpNetworkDto | undefined,
  network: PrivateNetworkView,
): Changes {
  const wanted: Changes = {
    ...given({ name: fields.name, isDefaultRoutePropagated: ipNetwork?.dhcp_default_route }),
    ...(fields.labels === undefined ? {} : { labels: toLabelRecord(fields.labels ?? []) }),
    ...(ipNetwork ? { dhcpOptions: toDhcpOptions(ipNetwork, network.dhcpOptions) } : {}),
  };
  const isNew = ([name, value]: [string, unknown]): boolean => !isSame(value, network[name as keyof typeof network]);
  return Object.fromEntries(Object.entries(wanted).filter(isNew));
}

/** Of labels the order is lost in the database. */
function isSame(left: unknown, right: unknown): boolean {
  const text = (value: unknown): string =>
    JSON.stringify(value, (_key, member: unknown) =>
      typeof member === 'object' && member !== null && !Array.isArray(member)
        ? Object.entries(member).sort(([one], [two]) => one.localeCompare(two))
        : member,
    );
  return text(left) === text(right);
}

/** A network with what is told of it beside its own row. */
export interface KnownNetwork {
  network: PrivateNetworkView;
  subnets: SubnetView[];
  servers: { uuid: string; title: string }[];
  /** Does its VPC route? Only then it is a router. */
  isRouted: boolean;
  zoneName: string;
}

export function toNetworkBody({ network, subnets, servers, isRouted, zoneName }: KnownNetwork): NetworkBody {
  return {
    uuid: network.id,
    name: network.name,
    type: 'private',
    zone: zoneName,
    ...(isRouted && network.connectivity === 'joined' ? { router: network.vpcId } : {}),
    labels: fromLabelRecord(network.labels),
    ip_networks: { ip_network: toIpNetworks(network, subnets) },
    servers: { server: servers },
  };
}

export function toServers(attachments: AttachmentView[], instances: InstanceView[]): { uuid: string; title: string }[] {
  const names = new Map(instances.map(({ id, name }) => [id, name]));
  return attachments.map(({ instanceId: uuid }) => ({ uuid, title: names.get(uuid) ?? '' }));
}
