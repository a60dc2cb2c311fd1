import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type {
  CreateCustomerGateway,
  MarkedPage,
  MarkedPageRequest,
  UpdateCustomerGateway,
  VpnQuotaResource,
} from '@isthmus/contracts';
import { Database, type Tx, violatedConstraint } from '@isthmus/db';
import { type CustomerGatewayView, isUuid, type VpnRule } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { ProjectQuotas } from '@isthmus/quota';
import { Inbox, type RpcContext } from '@isthmus/rpc';
import { checkedMarker } from '../marked-page';
import { CustomerGatewayRepository } from './customer-gateway.repository';
import { planChanges, planCustomerGateway } from './customer-gateway.rules';
import { toCustomerGatewayView } from './customer-gateway.view';

/** Keys of connections: the one that a connection has, and the one that it is about to have. */
const KEYS_OF_CONNECTIONS = ['connection_customer_gateway', 'connection_next_customer_gateway'];

/** Customer gateways are bookkeeping: nothing outside this service knows of them, so each change is done at once. */
@Injectable()
export class CustomerGatewayService {
  constructor(
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly customerGateways: CustomerGatewayRepository,
    private readonly quotas: ProjectQuotas<VpnQuotaResource>,
  ) {}

  /** Errors: `invalid-argument`, `quota-exceeded`. */
  create(command: CreateCustomerGateway, context: RpcContext): Promise<CustomerGatewayView> {
    const { projectId } = context;
    const fresh = { ...planCustomerGateway(command), id: randomUUID(), projectId };
    return this.once(context, async (tx) => {
      const made = await this.customerGateways.insert(tx, fresh);
      await this.quotas.take(tx, projectId, 'customer-gateway');
      return toCustomerGatewayView(made);
    });
  }

  /** Errors: `not-found`. */
  async get(id: string, context: RpcContext): Promise<CustomerGatewayView> {
    requireId(id);
    const found = await this.customerGateways.find(id, context.projectId);
    if (!found) throw ProblemError.notFound('customer-gateway', id);
    return toCustomerGatewayView(found);
  }

  /** Errors: `invalid-argument` (marker). */
  async list({ limit, marker }: MarkedPageRequest, context: RpcContext): Promise<MarkedPage<CustomerGatewayView>> {
    const after = marker === undefined ? undefined : checkedMarker(marker);
    const { items, totalCount } = await this.customerGateways.page(context.projectId, limit, after);
    return { items: items.map(toCustomerGatewayView), totalCount };
  }

  /** Errors: `invalid-argument`, `not-found`. */
  async update(command: UpdateCustomerGateway, context: RpcContext): Promise<CustomerGatewayView> {
    const { customerGatewayId: id } = command;
    requireId(id);
    const changes = planChanges(command);
    return this.once(context, async (tx) => {
      await this.lock(tx, id, context);
      const changed = await this.customerGateways.update(tx, id, context.projectId, changes);
      if (!changed) throw ProblemError.notFound('customer-gateway', id);
      return toCustomerGatewayView(changed);
    });
  }

  /** Errors: `not-found`, `precondition-failed` (it has connections). */
  async delete(id: string, context: RpcContext): Promise<null> {
    requireId(id);
    const { projectId } = context;
    return this.once(context, async (tx) => {
      await this.lock(tx, id, context);
      const wasThere = await refusing(id, () => this.customerGateways.delete(tx, id, projectId));
      if (!wasThere) throw ProblemError.notFound('customer-gateway', id);
      await this.quotas.giveBack(tx, projectId, 'customer-gateway');
      return null;
    });
  }

  private async lock(tx: Tx, id: string, context: RpcContext): Promise<void> {
    const [present] = await this.customerGateways.lockAll(tx, [id], context.projectId);
    if (!present) throw ProblemError.notFound('customer-gateway', id);
    context.recordBefore(toCustomerGatewayView(present));
  }

  private once<T>(context: RpcContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction((tx) => this.inbox.once(tx, context, () => work(tx)));
  }
}

/** Nothing has an id that is no UUID. */
function requireId(id: string): void {
  if (!isUuid(id)) throw ProblemError.notFound('customer-gateway', id);
}

async function refusing<T>(id: string, remove: () => Promise<T>): Promise<T> {
  try {
    return await remove();
  } catch (error) {
    throw KEYS_OF_CONNECTIONS.includes(violatedConstraint(error) ?? '') ? hasConnections(id) : error;
  }
}

function hasConnections(id: string): ProblemError {
  const rule: VpnRule = 'customer-gateway-has-connections';
  return new ProblemError('precondition-failed', `The customer gateway ${id} has connections; delete them first.`, {
    resource: 'customer-gateway',
    resourceId: id,
    precondition: rule,
  });
}
