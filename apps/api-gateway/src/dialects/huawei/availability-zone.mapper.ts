import type { VpnFlavor, VpnZoneOffer } from '@isthmus/model';
import type { GroupedZonesBody, ZoneBody, ZonesOfFlavorBody } from './availability-zone.dto';
import { BORDER_GROUP, toIpVersion } from './vpn-gateway.mapper';

const GROUPS: Record<VpnFlavor, keyof GroupedZonesBody> = {
  Basic: 'basic',
  Professional1: 'professional1',
  Professional2: 'professional2',
  'Professional1-NonFixedIP': 'Professional1-NonFixedIP',
  'Professional2-NonFixedIP': 'Professional2-NonFixedIP',
  GM: 'gm',
};

/** Version 5 of the list, which is older than IPv6. */
export function toGroupedZones(offers: VpnZoneOffer[]): GroupedZonesBody {
  const none = (): ZonesOfFlavorBody => ({ vpc: [], er: [] });
  const groups: GroupedZonesBody = {
    basic: none(),
    professional1: none(),
    professional2: none(),
    'Professional1-NonFixedIP': none(),
    'Professional2-NonFixedIP': none(),
    gm: none(),
  };
  for (const { zone, flavor, attachmentType, ipVersion } of offers) {
    const zones = groups[GROUPS[flavor]][attachmentType];
    if (ipVersion === 4 && !zones.includes(zone)) zones.push(zone);
  }
  return groups;
}

/** Version 5.1: by zone, with all that it offers. */
export function toZoneBodies(offers: VpnZoneOffer[]): ZoneBody[] {
  const zones = new Map<string, ZoneBody>();
  for (const { zone: name, flavor, attachmentType, ipVersion } of offers) {
    const zone = zones.get(name) ?? { name, public_border_group: BORDER_GROUP, available_specs: [] };
    zones.set(name, zone);
    zone.available_specs.push({ flavor, attachment_type: attachmentType, ip_version: toIpVersion(ipVersion) });
  }
  return [...zones.values()];
}
