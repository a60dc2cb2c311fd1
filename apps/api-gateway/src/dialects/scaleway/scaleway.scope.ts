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
  if (projectId && projectId !== caller.projectId) throw ProblemError.notFound('project', projectId);
}

/** The same for organizations. */
export function checkOrganization(organizationId: string | null | undefined, caller: Caller): void {
  if (organizationId && organizationId !== caller.organizationId) {
    throw ProblemError.notFound('organization', organizationId);
  }
}

/** Does a filter ask for somebody else's resources? There are none to be seen. */
export function isOtherTenant(filter: { project_id?: string; organization_id?: string }, caller: Caller): boolean {
  const { project_id: project = caller.projectId, organization_id: organization = caller.organizationId } = filter;
  return project !== caller.projectId || organization !== caller.organizationId;
}

/** A zone of a body or query, which must lie in the region of the path. Throws `invalid-argument` naming `field`. */
export function zoneOf(topology: Topology, name: string, region: string, field: string): string {
  const zone = topology.findZone(name);
  if (zone?.region === region) return zone.name;
  throw ProblemError.invalid(field, `${field} must be a zone of ${region}`);
}

/** Path of a network, for links in operations. */
export function networkLink(region: string, privateNetworkId: string): string {
  return `/vpc/v2/regions/${region}/private-networks/${privateNetworkId}`;
}
