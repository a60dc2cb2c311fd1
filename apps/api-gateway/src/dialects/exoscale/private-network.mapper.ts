import { netmaskOf } from '@isthmus/cidr';
import type { Addressing, AddressRange, CreatePrivateNetwork, UpdatePrivateNetwork } from '@isthmus/contracts';
import type { AddressView, DhcpOptions, PrivateNetworkView, SubnetView } from '@isthmus/model';
import { ProblemError, type Violation } from '@isthmus/problem';
import { given } from '../../http/given';
import type {
  CreatePrivateNetworkDto,
  DhcpOptionsDto,
  LeaseBody,
  PrivateNetworkBody,
  UpdatePrivateNetworkDto,
} from './private-network.dto';

interface Place {
  region: string;
  zone: string;
}

/** Exoscale networks are pure layer 2 and live in one zone. */
export function toCreateCommand(body: CreatePrivateNetworkDto, place: Place): CreatePrivateNetwork {
  const addressing = addressingOf(body);
  return {
    region: place.region,
    zone: place.zone,
    vpcId: null,
    name: body.name,
    description: body.description ?? '',
    labels: body.labels ?? {},
    tags: [],
    connectivity: 'isolated',
    addressing,
    isDhcpEnabled: addressing.kind === 'range',
    dhcpOptions: toDhcpOptions(body.options ?? {}),
    isDefaultRoutePropagated: false,
  };
}

/** A managed network has all three of the range, an unmanaged one none. */
function addressingOf(body: CreatePrivateNetworkDto): Addressing {
  const { 'start-ip': startIp, 'end-ip': endIp, netmask } = body;
  if (startIp && endIp && netmask) return { kind: 'range', range: { startIp, endIp, netmask } };
  if (!startIp && !endIp && !netmask) return { kind: 'none' };
  const given = { 'start-ip': startIp, 'end-ip': endIp, netmask };
  const violations = Object.entries(given)
    .filter(([, value]) => !value)
    .map(([field]): Violation => ({ field, rule: 'required', message: `${field} is required` }));
  const message = 'A managed network needs start-ip, end-ip and netmask together; an unmanaged one has none of them.';
  throw new ProblemError('invalid-argument', message, { violations });
}

export function toUpdateCommand(
  privateNetworkId: string,
  body: UpdatePrivateNetworkDto,
  place: Place,
): UpdatePrivateNetwork {
  return {
    region: place.region,
    zone: place.zone,
    privateNetworkId,
    ...given({
      name: body.name,
      description: body.description,
      labels: body.labels,
      range: rangeChangeOf(body),
      dhcpOptions: body.options && toDhcpOptions(body.options),
    }),
  };
}

function rangeChangeOf(body: UpdatePrivateNetworkDto): Partial<AddressRange> | undefined {
  const range: Partial<AddressRange> = given({
    startIp: body['start-ip'],
    endIp: body['end-ip'],
    netmask: body.netmask,
  });
  return Object.keys(range).length > 0 ? range : undefined;
}

function toDhcpOptions(options: DhcpOptionsDto): DhcpOptions {
  return {
    routers: options.routers ?? [],
    dnsServers: options['dns-servers'] ?? [],
    ntpServers: options['ntp-servers'] ?? [],
    domainSearch: options['domain-search'] ?? [],
  };
}

export function toPrivateNetworkBody(
  network: PrivateNetworkView,
  subnets: SubnetView[],
  addresses: AddressView[],
): PrivateNetworkBody {
  const leases = leasesOf(addresses);
  const options = toOptionsBody(network.dhcpOptions);
  return {
    id: network.id,
    name: network.name,
    ...(network.description === '' ? {} : { description: network.description }),
    ...rangeOf(network, subnets),
    vni: network.vni,
    ...(Object.keys(network.labels).length > 0 ? { labels: network.labels } : {}),
    ...(Object.keys(options).length > 0 ? { options } : {}),
    ...(leases.length > 0 ? { leases } : {}),
  };
}

/** Managed to Exoscale is what has DHCP on an IPv4 subnet, in whatever dialect it was made; of several the oldest is shown. */
function rangeOf(network: PrivateNetworkView, subnets: SubnetView[]): Partial<PrivateNetworkBody> {
  const [subnet] = subnets
    .filter(({ family }) => family === 4)
    .sort((left, right) => left.createdAt.localeCompare(right.createdAt) || left.id.localeCompare(right.id));
  if (!subnet || !network.isDhcpEnabled) return {};
  const prefixLength = Number(subnet.cidr.split('/')[1]);
  return { 'start-ip': subnet.rangeStart, 'end-ip': subnet.rangeEnd, netmask: netmaskOf(prefixLength) };
}

/** A lease is an IPv4 address that a machine holds; bookings and other products' addresses are none. */
function leasesOf(addresses: AddressView[]): LeaseBody[] {
  return addresses.flatMap(({ family, address, owner }) =>
    family === 4 && owner?.parentId ? [{ ip: address, 'instance-id': owner.parentId }] : [],
  );
}

function toOptionsBody(options: DhcpOptions): DhcpOptionsDto {
  return {
    ...(options.routers.length > 0 ? { routers: options.routers } : {}),
    ...(options.dnsServers.length > 0 ? { 'dns-servers': options.dnsServers } : {}),
    ...(options.ntpServers.length > 0 ? { 'ntp-servers': options.ntpServers } : {}),
    ...(options.domainSearch.length > 0 ? { 'domain-search': options.domainSearch } : {}),
  };
}
