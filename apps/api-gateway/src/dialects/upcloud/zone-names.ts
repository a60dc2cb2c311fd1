import { Injectable } from '@nestjs/common';
import { Topology, type Zone } from '@isthmus/model';
import { UpcloudProblem } from './upcloud.problem';

/** Zones under UpCloud's names (`fi-hel1`), which are aliases of ours (`fi-hel-1`). */
@Injectable()
export class ZoneNames {
  constructor(private readonly topology: Topology) {}

  /** All zones under the name they are told by. */
  get all(): string[] {
    return this.topology.zones.map(({ name }) => this.nameOf(name));
  }

  /** The zone of that name, UpCloud's or ours. */
  get(name: string): Zone {
    const zone = this.topology.findZone(name);
    if (zone) return zone;
    const detail = `There is no zone ${name}; GET /1.3/zone lists them.`;
    throw new UpcloudProblem('ZONE_NOT_FOUND', 'not-found', detail, { resource: 'zone', resourceId: name });
  }

  /** UpCloud's name of a zone where it has one, else ours. */
  nameOf(zone: string): string {
    // UpCloud writes no dash before the number; that it means this zone is the configuration's to say.
    const candidate = zone.replace(/-(\d+)$/, '$1');
    return this.topology.findZone(candidate)?.name === zone ? candidate : zone;
  }

  /** Where a network is told to be: in its home zone; a regional one in the first zone of its region. */
  ofNetwork({ region, zone }: { region: string; zone: string | null }): string {
    const home = zone ?? this.topology.zones.find((each) => each.region === region)?.name;
    return this.nameOf(home ?? region);
  }
}
