import { isUuid, type ResourceType } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';

/** Nothing has an id that is no UUID. */
export function requireUuid(resource: ResourceType, id: string): string {
  if (!isUuid(id)) throw ProblemError.notFound(resource, id);
  return id;
}

/** The ids that something can have. */
export function onlyUuids(ids: readonly string[] | undefined): string[] | undefined {
  return ids?.filter(isUuid);
}
