import { VPN_FLAVORS, type VpnAttachmentType, type VpnFlavor, type VpnZoneOffer } from '@isthmus/model';

/** The shape of the availability file. */
interface AvailabilityFile {
  availability: { region: string; zones: string[]; flavors: string[] }[];
}

/** Which zones of which region host which flavors: pure look-ups over the configuration file. */
export class Availability {
  /** Zones by flavor by region, in the order of the file. */
  private readonly regions = new Map<string, Map<VpnFlavor, string[]>>();

  /** Throws when the file names a flavor that does not exist, or is no such file. */
  constructor(file: AvailabilityFile) {
    for (const { region, zones, flavors } of file.availability) {
      const hosted = this.regions.get(region) ?? new Map<VpnFlavor, string[]>();
      this.regions.set(region, hosted);
      for (const name of flavors) {
        const flavor = VPN_FLAVORS.find((known) => known === name);
        if (!flavor) throw new Error(`the flavor ${name} of region ${region} is none of ${VPN_FLAVORS.join(', ')}`);
        hosted.set(flavor, [...new Set([...(hosted.get(flavor) ?? []), ...zones])]);
      }
    }
  }

  /** None where nobody hosts it. */
  zonesFor(region: string, flavor: VpnFlavor, attachmentType: VpnAttachmentType): readonly string[] {
    if (!isOffered(flavor, attachmentType)) return [];
    return this.regions.get(region)?.get(flavor) ?? [];
  }

  /** Everything that the zones of the region offer. */
  offersIn(region: string): VpnZoneOffer[] {
    const hosted = [...(this.regions.get(region) ?? new Map<VpnFlavor, string[]>())];
    return hosted.flatMap(([flavor, zones]) =>
      zones.flatMap((zone) =>
        (['vpc', 'er'] as const)
          .filter((attachmentType) => isOffered(flavor, attachmentType))
          .flatMap((attachmentType) =>
            ([4, 6] as const).map((ipVersion) => ({ zone, flavor, attachmentType, ipVersion })),
          ),
      ),
    );
  }
}

function isOffered(flavor: VpnFlavor, attachmentType: VpnAttachmentType): boolean {
  return flavor !== 'Basic' || attachmentType === 'vpc';
}
