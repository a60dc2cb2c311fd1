import type { ResourceType } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Nothing has an id that is no UUID; PostgreSQL would refuse to look for it. */
export function requireUuid(resource: ResourceType, id: string): string {
  if (!UUID.test(id)) throw ProblemError.notFound(resource, id);
  return id;
}

/** The ids that something can have. */
export function onlyUuids(ids: readonly string[] | undefined): string[] | undefined {
  return ids?.filter((id) => UUID.test(id));
}
