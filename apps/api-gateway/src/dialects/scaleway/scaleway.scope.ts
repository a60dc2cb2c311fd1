import { Injectable, Param, type PipeTransform } from '@nestjs/common';
import { Topology, type Zone } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import type { Caller } from '../../identity/caller';

@Injectable()
class RegionPipe implements PipeTransform<string, string> {
  constructor(private readonly topology: Topology) {}

  transform(name: string): string {
    if (!this.topology.hasRegion(name)) throw ProblemError.notFound('region', name);
    return name;
  }
}

@Injectable()
class ZonePipe implements PipeTransform<string, Zone> {
  constructor(private readonly topology: Topology) {}

  transform(name: string): Zone {
    const zone = this.topology.findZone(name);
    if (!zone) throw ProblemError.notFound('zone', name);
    return zone;
  }
}

/** The region of the path; an unknown one is not found. */
export const Region = (): ParameterDecorator => Param('region', RegionPipe);

/** The zone of the path; an unknown one is not found. */
export const InZone = (): ParameterDecorator => Param('zone', ZonePipe);

/** A key acts for its own project; every other one is, to it, not there. */
export function checkProject(projectId: string | null | undefined, caller: Caller): void {
  if (projectId != null && projectId !== '' && projectId !== caller.projectId) {
    throw ProblemError.notFound('project', projectId);
  }
}
