import type {
  AttachAddress,
  BookAddress,
  DetachAddress,
  IpamCalls,
  Page,
  QueryAddresses,
  ReleaseAddresses,
} from '@isthmus/contracts';
import type { AddressView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import type { RpcCaller } from '@isthmus/rpc';

/** For whom a product asks. */
export interface Tenant {
  projectId: string;
  /** Who caused it, for the audit; the calling program when absent. */
  principal?: string;
  /** Total time, resends included. Default 5,000. */
  timeoutMs?: number;
}

/** A command that is done once however often it is sent: choose the id before, and keep it until it is answered. */
export interface Command extends Tenant {
  requestId: string;
}

/**
 * Addresses for the products of a deployment: a database, load-balancer or compute service reserves one for a
 * project, attaches it to its resource, and lets go in the opposite order. Errors are ProblemErrors; `unavailable` and
 * `deadline-exceeded` are worth sending again under the same request id.
 */
export class IpamClient {
  constructor(
    private readonly rpc: RpcCaller,
    private readonly caller: string,
  ) {}

  /** Errors: `exhausted` with the capacity, `conflict`, `not-found`, `invalid-argument`. */
  reserve(request: BookAddress, command: Command): Promise<AddressView> {
    return this.call('address.book', request, command);
  }

  /** Errors: `conflict` while somebody has it, `forbidden` for an owner type that is not the caller's. */
  attach(request: AttachAddress, command: Command): Promise<AddressView> {
    return this.call('address.attach', request, command);
  }

  /** Errors: `forbidden` when it is another product's, `precondition-failed` when it is attached to something else. */
  detach(request: DetachAddress, command: Command): Promise<AddressView> {
    return this.call('address.detach', request, command);
  }

  /** All or none. Errors: `precondition-failed` while one is attached, `not-found`. */
  async release(request: ReleaseAddresses, command: Command): Promise<void> {
    await this.call('address.release-set', request, command);
  }

  /** Takes back what a command did, whether or not it was answered, and keeps it from being done later. */
  async undo(undoRequestId: string, tenant: Tenant): Promise<void> {
    await this.call('request.undo', { undoRequestId }, tenant);
  }

  /** Undefined when the project has no such address. */
  async find(addressId: string, tenant: Tenant): Promise<AddressView | undefined> {
    return this.call('address.get', { addressId }, tenant).catch((error: unknown) => {
      if (error instanceof ProblemError && error.code === 'not-found') return undefined;
      throw error;
    });
  }

  /** Every address of these resources. */
  listOf(ownerIds: string[], tenant: Tenant): Promise<AddressView[]> {
    return this.call('address.list', { ownerIds }, tenant);
  }

  query(request: QueryAddresses, tenant: Tenant): Promise<Page<AddressView>> {
    return this.call('address.query', request, tenant);
  }

  private call<P extends keyof IpamCalls & string>(
    pattern: P,
    request: IpamCalls[P]['request'],
    tenant: Tenant & { requestId?: string },
  ): Promise<IpamCalls[P]['response']> {
    return this.rpc.call<IpamCalls, P>('ipam', pattern, request, { principal: this.caller, ...tenant });
  }
}
