import type { AddressOwner } from '@isthmus/model';
import type { VpnGateway } from './vpn-gateway.entity';

/** As whom ipam-svc knows the gateway: one owner for all its addresses, so that they are given back together. */
export function ownerOf({ id, name }: VpnGateway): AddressOwner {
  return { type: 'vpn_gateway', id, parentId: null, name, macAddress: null };
}
