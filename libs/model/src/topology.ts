/** One availability zone and the other names it is known by. */
export interface ZoneDefinition {
  name: string;
  aliases?: string[];
}

export interface RegionDefinition {
  name: string;
  zones: ZoneDefinition[];
}

export interface TopologyDefinition {
  defaultZone: string;
  regions: RegionDefinition[];
}

/** A zone with its region. */
export interface Zone {
  name: string;
  region: string;
}

/** The regions and zones of this deployment: pure look-ups over the configuration file. */
export class Topology {
  private readonly zonesByName = new Map<string, Zone>();
  readonly regions: readonly string[];
  readonly zones: readonly Zone[];
  readonly defaultZone: Zone;

  /** Throws when a name is used twice or the default zone is unknown. */
  constructor(definition: TopologyDefinition) {
    this.regions = definition.regions.map((region) => region.name);
    this.zones = definition.regions.flatMap((region) =>
      region.zones.map((zone) => ({ name: zone.name, region: region.name })),
    );
    for (const region of definition.regions) {
      for (const zone of region.zones) {
        for (const name of [zone.name, ...(zone.aliases ?? [])]) this.addName(name, zone.name, region.name);
      }
    }
    const defaultZone = this.findZone(definition.defaultZone);
    if (!defaultZone) throw new Error(`regions: the default zone ${definition.defaultZone} is not one of the zones`);
    this.defaultZone = defaultZone;
  }

  /** The zone of that name or alias. */
  findZone(name: string): Zone | undefined {
    return this.zonesByName.get(name);
  }

  hasRegion(name: string): boolean {
    return this.regions.includes(name);
  }

  private addName(name: string, zone: string, region: string): void {
    if (this.zonesByName.has(name)) throw new Error(`regions: the zone name ${name} is used twice`);
    this.zonesByName.set(name, { name: zone, region });
  }
}
