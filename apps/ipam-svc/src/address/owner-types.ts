import type { AddressOwner } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import type { RpcContext } from '@isthmus/rpc';

/** Owner types by name of the calling program, e.g. `database-svc` -> `rdb_instance`. */
export type OwnerTypeTable = Readonly<Record<string, readonly string[]>>;

/** Which caller attaches and detaches for which type of owner: only the owning product does. */
export class OwnerTypes {
  constructor(private readonly table: OwnerTypeTable) {}

  /** The types that are this caller's own; none for a caller that nobody wrote down. */
  of({ caller }: Pick<RpcContext, 'caller'>): readonly string[] {
    return Object.hasOwn(this.table, caller) ? (this.table[caller] ?? []) : [];
  }

  /** `forbidden` unless the caller may attach and detach that type. */
  require(context: Pick<RpcContext, 'caller'>, type: string): void {
    if (!this.of(context).includes(type)) throw foreignOwnerProblem(context.caller, type);
  }

  /** Only the owning product takes an address from its owner. */
  requireOwnerOf(context: Pick<RpcContext, 'caller'>, owner: Pick<AddressOwner, 'type'>): void {
    this.require(context, owner.type);
  }
}

export function foreignOwnerProblem(caller: string, type?: string): ProblemError {
  const what = type === undefined ? 'addresses of this owner' : `addresses of a ${type}`;
  const detail = `${caller} neither attaches nor detaches ${what}; only the product that owns the resource does.`;
  return new ProblemError('forbidden', detail, { resource: 'address' });
}
