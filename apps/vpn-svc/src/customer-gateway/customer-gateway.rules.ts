import { cidrOf, formatAddress, isAssignable, parseIpv4, quote } from '@isthmus/cidr';
import type { CreateCustomerGateway, UpdateCustomerGateway } from '@isthmus/contracts';
import { ProblemError } from '@isthmus/problem';
import { checkedName, nameOr } from '../names';
import { MAX_ASN, wholeNumberOf } from '../numbers';
import { checkedTags } from '../tags';
import { checkedCaCertificate } from './ca-certificate';
import type { CustomerGateway } from './customer-gateway.entity';

const MAX_ID_LENGTH = 128;
const HOST_LABEL = /^(?!-)[A-Za-z0-9-]{1,63}(?<!-)$/;

export type CustomerGatewayPlan = Pick<
  CustomerGateway,
  'name' | 'idType' | 'idValue' | 'bgpAsn' | 'caCertificate' | 'tags'
>;

/** The customer gateway that the command asks for, defaults included. Throws `invalid-argument`. */
export function planCustomerGateway(command: CreateCustomerGateway): CustomerGatewayPlan {
  const { idType = 'ip', idValue, bgpAsn, caCertificate } = command;
  if (bgpAsn !== undefined && idType !== 'ip') {
    throw ProblemError.invalid('bgpAsn', 'Only a customer gateway whose id is an IP address has a BGP ASN.');
  }
  return {
    name: nameOr('cgw', command.name),
    idType,
    idValue: idType === 'ip' ? checkedAddress(idValue) : checkedHostName(idValue),
    bgpAsn: bgpAsn === undefined ? null : String(wholeNumberOf('bgpAsn', bgpAsn, 1, MAX_ASN)),
    caCertificate: caCertificate === undefined ? null : checkedCaCertificate(caCertificate),
    tags: checkedTags(command.tags),
  };
}

/** What the command changes. Throws `invalid-argument`. */
export function planChanges({ name, caCertificate }: UpdateCustomerGateway): Partial<CustomerGatewayPlan> {
  return {
    ...(name !== undefined && { name: checkedName(name) }),
    ...(caCertificate !== undefined && { caCertificate: checkedCaCertificate(caCertificate) }),
  };
}

function checkedAddress(text: string): string {
  const address = parseIpv4(text, 'idValue');
  if (isAssignable(cidrOf(address, 32))) return formatAddress(address);
  throw ProblemError.invalid('idValue', `${formatAddress(address)} is no address that a device can have.`);
}

function checkedHostName(text: string): string {
  const isHostName = text.length <= MAX_ID_LENGTH && text.split('.').every((label) => HOST_LABEL.test(label));
  if (isHostName) return text;
  const rule = 'letters, digits and hyphens between dots, at most 63 in a row and 128 in all';
  throw ProblemError.invalid('idValue', `${quote(text)} is not a host name: ${rule}.`, 'format');
}
