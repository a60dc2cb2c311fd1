import { canonicalAddress } from '@isthmus/cidr';
import type { CreateVpnGateway } from '@isthmus/contracts';
import {
  type AddressFamily,
  isUuid,
  type Tag,
  VPN_ATTACHMENT_TYPES,
  VPN_FLAVORS,
  VPN_HA_MODES,
  VPN_NETWORK_TYPES,
  type VpnAttachmentType,
  type VpnFlavor,
  type VpnHaMode,
  type VpnNetworkType,
  type VpnPolicyTemplate,
} from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { nameOr } from '../names';
import { MAX_ASN, wholeNumberOf } from '../numbers';
import type { Availability } from '../placement/availability';
import { checkedTags } from '../tags';
import { required, requireOneOf, requireUuid, ruleBroken } from './argument';
import { type EipPlan, eipPlanOf } from './eip-plan';
import { localSubnetsField, localSubnetsOf } from './local-subnets';
import { policyTemplateOf } from './policy-template';

/** The kind of a gateway: what the rules of everything else depend on. */
interface GatewayKind {
  networkType: VpnNetworkType;
  attachmentType: VpnAttachmentType;
  ipVersion: AddressFamily;
  flavor: VpnFlavor;
}

/** Where a gateway hangs. */
interface GatewayPlaces {
  erId: string | null;
  vpcId: string | null;
  connectSubnetId: string | null;
  accessVpcId: string;
  /** Null: to be chosen. */
  accessSubnetId: string | null;
}

/** A gateway that agrees with itself; whether others have what it names is not known yet. */
export interface GatewayPlan extends GatewayKind, GatewayPlaces {
  region: string;
  name: string;
  localSubnets: string[];
  bgpAsn: number;
  haMode: VpnHaMode;
  zones: string[];
  areZonesGiven: boolean;
  enterpriseProjectId: string;
  policyTemplate: VpnPolicyTemplate | null;
  tags: Tag[];
  /** Null: the next free ones. */
  privateIps: [string, string] | null;
  /** Null for a private gateway. */
  eips: [EipPlan, EipPlan] | null;
}

const DEFAULT_ASN = 64_512;

/** What a command asks for, defaults filled in, by all rules that need nobody else. Throws `invalid-argument`. */
export function planGateway(command: CreateVpnGateway, availability: Availability): GatewayPlan {
  const kind = kindOf(command);
  const places = kind.attachmentType === 'vpc' ? placesInVpc(command) : placesAtRouter(command);
  const localSubnets = localSubnetsOf(kind, command);
  if (kind.attachmentType === 'vpc' && !localSubnets) {
    const message = 'A gateway of a VPC needs its local subnets.';
    throw required(localSubnetsField(kind.ipVersion), message);
  }
  return {
    ...kind,
    ...places,
    ...zonesOf(command, kind, availability),
    region: command.region,
    name: nameOr('vpngw', command.name),
    localSubnets: localSubnets ?? [],
    bgpAsn: wholeNumberOf('bgpAsn', command.bgpAsn ?? DEFAULT_ASN, 1, MAX_ASN),
    haMode: requireOneOf('haMode', command.haMode ?? 'active-active', VPN_HA_MODES),
    enterpriseProjectId: enterpriseProjectOf(command.enterpriseProjectId ?? '0'),
    policyTemplate: policyTemplateOf(kind.flavor, command.policyTemplate),
    tags: checkedTags(command.tags),
    privateIps: privateIpsOf(command, kind),
    eips: eipsOf(command, kind),
  };
}

function kindOf(command: CreateVpnGateway): GatewayKind {
  const networkType = requireOneOf('networkType', command.networkType ?? 'public', VPN_NETWORK_TYPES);
  const attachmentType = requireOneOf('attachmentType', command.attachmentType ?? 'vpc', VPN_ATTACHMENT_TYPES);
  const ipVersion = requireOneOf('ipVersion', command.ipVersion ?? 4, [4, 6] as const);
  const flavor = requireOneOf('flavor', command.flavor ?? 'Professional1', VPN_FLAVORS);
  if (flavor === 'Basic' && networkType === 'private') {
    throw ProblemError.invalid('flavor', 'Basic gateways are public; choose another flavor for a private one.');
  }
  if (flavor === 'Basic' && attachmentType === 'er') {
    throw ProblemError.invalid('flavor', 'Basic gateways serve one VPC; choose another flavor for a router.');
  }
  return { networkType, attachmentType, ipVersion, flavor };
}

function placesInVpc(command: CreateVpnGateway): GatewayPlaces {
  if (command.erId !== undefined) {
    throw ProblemError.invalid('erId', 'Only a gateway of a router names one; leave it out, or change the attachment.');
  }
  const { vpcId, connectSubnetId, accessVpcId, accessSubnetId } = placeIdsOf(command);
  if (vpcId === undefined) throw required('vpcId', 'Name the VPC that the gateway serves.');
  if (connectSubnetId === undefined) {
    throw required('connectSubnetId', 'Name the subnet by which the gateway hangs on its VPC.');
  }
  return {
    erId: null,
    vpcId,
    connectSubnetId,
    accessVpcId: accessVpcId ?? vpcId,
    accessSubnetId: accessSubnetId ?? connectSubnetId,
  };
}

/** The VPC and the subnet of such a gateway are its access, for those who give no access of its own. */
function placesAtRouter(command: CreateVpnGateway): GatewayPlaces {
  const erId = requireUuid('erId', command.erId);
  if (erId === undefined) throw required('erId', 'Name the router that the gateway serves.');
  const { vpcId, connectSubnetId, accessVpcId, accessSubnetId } = placeIdsOf(command);
  return {
    erId,
    vpcId: null,
    connectSubnetId: null,
    accessVpcId: accessVpcId ?? vpcId ?? erId,
    accessSubnetId: accessSubnetId ?? connectSubnetId ?? null,
  };
}

type PlaceIds = Pick<CreateVpnGateway, 'vpcId' | 'connectSubnetId' | 'accessVpcId' | 'accessSubnetId'>;

function placeIdsOf(command: CreateVpnGateway): PlaceIds {
  return {
    vpcId: requireUuid('vpcId', command.vpcId),
    connectSubnetId: requireUuid('connectSubnetId', command.connectSubnetId),
    accessVpcId: requireUuid('accessVpcId', command.accessVpcId),
    accessSubnetId: requireUuid('accessSubnetId', command.accessSubnetId),
  };
}

function zonesOf(
  { region, zones: given }: CreateVpnGateway,
  { flavor, attachmentType }: GatewayKind,
  availability: Availability,
): Pick<GatewayPlan, 'zones' | 'areZonesGiven'> {
  const supported = availability.zonesFor(region, flavor, attachmentType);
  if (supported.length === 0) {
    const message = `No zone of ${region} hosts ${flavor} gateways of this attachment; choose another flavor or region.`;
    throw ProblemError.invalid('flavor', message);
  }
  if (given === undefined) return { zones: [...supported], areZonesGiven: false };
  const unsupported = given.find((zone) => !supported.includes(zone));
  if (unsupported !== undefined) {
    const message = `${unsupported} does not host ${flavor} gateways of this attachment; choose of ${supported.join(', ')}.`;
    throw ProblemError.invalid('zones', message);
  }
  const wanted = Math.min(supported.length, 2);
  if (given.length === wanted && new Set(given).size === wanted) return { zones: given, areZonesGiven: true };
  const message =
    wanted === 1 ? `Name one zone: ${supported[0]}.` : `Name two different zones of ${supported.join(', ')}.`;
  throw ProblemError.invalid('zones', message);
}

function enterpriseProjectOf(id: string): string {
  if (id === '0' || isUuid(id)) return id;
  throw ProblemError.invalid(
    'enterpriseProjectId',
    'An enterprise project is a UUID, or 0 for the default one.',
    'format',
  );
}

function privateIpsOf(command: CreateVpnGateway, { networkType }: GatewayKind): [string, string] | null {
  const { accessPrivateIp1: one, accessPrivateIp2: two } = command;
  if (one === undefined && two === undefined) return null;
  if (networkType === 'public') {
    const field = one === undefined ? 'accessPrivateIp2' : 'accessPrivateIp1';
    throw ProblemError.invalid(field, 'Only the addresses of a private gateway can be chosen; leave them out.');
  }
  if (one === undefined || two === undefined) {
    const field = one === undefined ? 'accessPrivateIp1' : 'accessPrivateIp2';
    throw ruleBroken('private-ips-both-or-none', field, 'Give both private addresses, or neither.');
  }
  const pair: [string, string] = [canonicalAddress(one, 'accessPrivateIp1'), canonicalAddress(two, 'accessPrivateIp2')];
  if (pair[0] !== pair[1]) return pair;
  throw ruleBroken('private-ips-are-equal', 'accessPrivateIp2', 'The two private addresses must be different ones.');
}

function eipsOf(command: CreateVpnGateway, kind: GatewayKind): [EipPlan, EipPlan] | null {
  if (kind.networkType === 'private') {
    const field = (['eip1', 'eip2'] as const).find((name) => command[name] !== undefined);
    if (field) throw ProblemError.invalid(field, 'A private gateway has no EIPs; leave them out.');
    return null;
  }
  const { flavor } = kind;
  const pair: [EipPlan, EipPlan] = [eipPlanOf('eip1', command.eip1, flavor), eipPlanOf('eip2', command.eip2, flavor)];
  requireDifferentEips(pair[0].addressId, pair[1].addressId, 'eip2.id');
  return pair;
}

/** One EIP cannot lead to both endpoints. */
export function requireDifferentEips(one: string | null, other: string | null, field: string): void {
  if (one === null || one !== other) return;
  throw ruleBroken('eip-is-bound', field, 'The two EIPs of a gateway must be different ones.');
}
