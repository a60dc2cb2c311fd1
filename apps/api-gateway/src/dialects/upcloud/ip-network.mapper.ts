import {
  type Address,
  type Cidr,
  containsAddress,
  firstUsable,
  formatAddress,
  formatCidr,
  lastUsable,
} from '@isthmus/cidr';
import { netmaskOf, parseCidr, parseIpv4 } from '@isthmus/cidr';
import type { Addressing } from '@isthmus/contracts';
import type { DhcpOptions, PrivateNetworkView, SubnetView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import type { IpNetworkBody, IpNetworkDto } from './network.dto';
import { toYesNo } from './wire';

const FIELD = 'network.ip_networks';
/** The smallest block with a gateway and a machine. */
const LONGEST_PREFIX = 30;

/** The one IPv4 network that a network has here. Throws for what cannot be. */
export function theIpNetwork(given: IpNetworkDto[]): IpNetworkDto {
  const [only, ...rest] = given;
  if (!only) throw ProblemError.invalid(FIELD, `${FIELD} is required: give one IPv4 network.`, 'required');
  if (rest.length > 0 || only.family === 'IPv6') {
    throw notSupported('A network has exactly one IPv4 network here; leave the others out.');
  }
  if (only.dhcp_routes && only.dhcp_routes.length > 0) {
    throw notSupported('DHCP cannot hand out routes here; leave dhcp_routes empty.');
  }
  return only;
}

export function cidrOf(given: IpNetworkDto): Cidr {
  const field = `${FIELD}.address`;
  if (!given.address) throw ProblemError.invalid(field, `${field} is required.`, 'required');
  const cidr = parseCidr(given.address, field);
  if (cidr.family === 6) throw notSupported('A network has exactly one IPv4 network here, no IPv6 one.');
  if (cidr.prefixLength > LONGEST_PREFIX) {
    const message = `${field}: ${formatCidr(cidr)} is too small; it needs a gateway and a machine (/${LONGEST_PREFIX} or larger).`;
    throw ProblemError.invalid(field, message);
  }
  return cidr;
}

/** A routed network has its gateway at the first host, which the model holds for the router; an isolated one anywhere. */
export function toAddressing(given: IpNetworkDto, isJoined: boolean): Addressing {
  const cidr = cidrOf(given);
  const gateway = gatewayOf(given, cidr);
  if (!isJoined)
    return { kind: 'range', range: { ...rangeBeside(gateway, cidr), netmask: netmaskOf(cidr.prefixLength) } };
  requireFirstHost(gateway, cidr);
  return { kind: 'subnets', cidrs: [formatCidr(cidr)] };
}

function requireFirstHost(gateway: Address, cidr: Cidr): void {
  const first = firstUsable(cidr);
  if (gateway.value === first.value) return;
  const message = `The gateway of a network with a router is its first host; leave it out or give ${formatAddress(first)}.`;
  throw ProblemError.invalid(`${FIELD}.gateway`, message);
}

function gatewayOf(given: IpNetworkDto, cidr: Cidr): Address {
  const field = `${FIELD}.gateway`;
  const gateway = given.gateway ? parseIpv4(given.gateway, field) : firstUsable(cidr);
  if (containsAddress(cidr, gateway)) return gateway;
  throw ProblemError.invalid(field, `${field}: ${formatAddress(gateway)} is not in ${formatCidr(cidr)}.`);
}

/** All hosts on the longer side of the gateway: no machine is to be given its address. */
function rangeBeside(gateway: Address, cidr: Cidr): { startIp: string; endIp: string } {
  const text = (value: bigint): string => formatAddress({ family: 4, value });
  const [first, last] = [firstUsable(cidr).value, lastUsable(cidr).value];
  const isBelow = gateway.value - first > last - gateway.value;
  return isBelow
    ? { startIp: text(first), endIp: text(gateway.value - 1n) }
    : { startIp: text(gateway.value + 1n), endIp: text(last) };
}

/** What DHCP hands out after the change; what is not given stays. */
export function toDhcpOptions(given: IpNetworkDto, former?: DhcpOptions): DhcpOptions {
  return {
    routers: given.gateway ? [given.gateway] : (former?.routers ?? []),
    dnsServers: given.dhcp_dns ?? former?.dnsServers ?? [],
    ntpServers: former?.ntpServers ?? [],
    domainSearch: former?.domainSearch ?? [],
  };
}

/** UpCloud's private networks are IPv4; of several the oldest is first. */
export function toIpNetworks(network: PrivateNetworkView, subnets: SubnetView[]): IpNetworkBody[] {
  return subnets
    .filter(({ family }) => family === 4)
    .sort((left, right) => left.createdAt.localeCompare(right.createdAt) || left.id.localeCompare(right.id))
    .map((subnet) => ({
      address: subnet.cidr,
      dhcp: toYesNo(network.isDhcpEnabled),
      dhcp_default_route: toYesNo(network.isDefaultRoutePropagated),
      ...(network.dhcpOptions.dnsServers.length > 0 ? { dhcp_dns: network.dhcpOptions.dnsServers } : {}),
      family: 'IPv4',
      gateway: gatewayIn(subnet, network.dhcpOptions),
    }));
}

/** Held for the router where there is one; else as it was given; else where it would be. */
function gatewayIn(subnet: SubnetView, { routers }: DhcpOptions): string {
  return subnet.gateway ?? routers[0] ?? formatAddress(firstUsable(parseCidr(subnet.cidr)));
}

export function notSupported(detail: string): ProblemError {
  return new ProblemError('unsupported', detail);
}
