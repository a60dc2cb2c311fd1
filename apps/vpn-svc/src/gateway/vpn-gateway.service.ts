import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { CreateVpnGateway } from '@isthmus/contracts';
import { Database, type Tx } from '@isthmus/db';
import type { Accepted, VpnGatewayView } from '@isthmus/model';
import { OperationEngine } from '@isthmus/operations';
import { ProblemError } from '@isthmus/problem';
import { ProjectQuotas } from '@isthmus/quota';
import { Inbox, type RpcContext } from '@isthmus/rpc';
import { VPN_CONFIG, type VpnConfig } from '../config';
import { Availability } from '../placement/availability';
import { CreateVpnGatewaySaga } from './create-vpn-gateway.saga';
import { DeleteVpnGatewaySaga } from './delete-vpn-gateway.saga';
import { type GatewayPlan, planGateway } from './gateway-plan';
import { GatewayReferences, type GatewaySubnets } from './gateway-references';
import { type NewVpnEndpoint, VpnEndpointRepository } from './vpn-endpoint.repository';
import { busyGateway, hasConnections } from './vpn-gateway.problems';
import { VpnGatewayReader } from './vpn-gateway.reader';
import { type NewVpnGateway, VpnGatewayRepository } from './vpn-gateway.repository';

/**
 * The transactions that accept new gateways and the end of present ones. Locks: gateway, then its connections, then the
 * project's count.
 */
@Injectable()
export class VpnGatewayService {
  constructor(
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly engine: OperationEngine,
    private readonly gateways: VpnGatewayRepository,
    private readonly endpoints: VpnEndpointRepository,
    private readonly reader: VpnGatewayReader,
    private readonly references: GatewayReferences,
    private readonly availability: Availability,
    private readonly quotas: ProjectQuotas,
    @Inject(VPN_CONFIG) private readonly config: VpnConfig,
  ) {}

  /**
   * Errors: `invalid-argument`, `not-found` (VPC, subnet, EIP), `conflict` (address, EIP), `exhausted` (subnet),
   * `precondition-failed` (a router that does not route), `quota-exceeded`.
   */
  create(command: CreateVpnGateway, context: RpcContext): Promise<Accepted<VpnGatewayView>> {
    return this.inbox.orEarlier(this.database, context, () => this.admit(command, context));
  }

  private async admit(command: CreateVpnGateway, context: RpcContext): Promise<Accepted<VpnGatewayView>> {
    const plan = planGateway(command, this.availability);
    const subnets = await this.references.check(plan, context);
    const { projectId } = context;
    const id = randomUUID();
    return this.database.transaction((tx) =>
      this.inbox.once(tx, context, async () => {
        const { connectionLimit } = this.config;
        const gateway = await this.gateways.insert(tx, { ...rowOf(plan, subnets), id, projectId, connectionLimit });
        for (const endpoint of endpointsOf(id, plan)) await this.endpoints.insert(tx, endpoint);
        const operation = await this.engine.accept(tx, CreateVpnGatewaySaga, {
          by: context,
          resource: { type: 'vpn-gateway', id },
          input: { privateIps: plan.privateIps, eipIds: plan.eips?.map(({ addressId }) => addressId) ?? null },
        });
        const resource = await this.reader.view(tx, gateway);
        await this.quotas.take(tx, projectId, 'vpn-gateway');
        return { resource, operation };
      }),
    );
  }

  /**
   * Errors: `not-found`, `busy` while it is being made, changed or deleted, `precondition-failed` while it has connections.
   */
  delete(gatewayId: string, context: RpcContext): Promise<Accepted<VpnGatewayView>> {
    return this.database.transaction((tx) =>
      this.inbox.once(tx, context, () => this.acceptDelete(tx, gatewayId, context)),
    );
  }

  private async acceptDelete(tx: Tx, gatewayId: string, context: RpcContext): Promise<Accepted<VpnGatewayView>> {
    const former = await this.gateways.lock(tx, gatewayId, context.projectId);
    if (!former) throw ProblemError.notFound('vpn-gateway', gatewayId);
    context.recordBefore(await this.reader.view(tx, former));
    const { id, state, stateReason, connectionCount } = former;
    if (state !== 'active' && state !== 'fault') throw await busyGateway(tx, id, state);
    if (connectionCount > 0) throw hasConnections(id, connectionCount);
    const gateway = await this.gateways.beginDelete(tx, id);
    await this.endpoints.raise(tx, id);
    const operation = await this.engine.accept(tx, DeleteVpnGatewaySaga, {
      by: context,
      resource: { type: 'vpn-gateway', id },
      input: { former: { state, stateReason } },
    });
    return { resource: await this.reader.view(tx, gateway), operation };
  }
}

function rowOf(
  plan: GatewayPlan,
  { access, connect }: GatewaySubnets,
): Omit<NewVpnGateway, 'id' | 'projectId' | 'connectionLimit'> {
  return {
    ...plan,
    accessSubnetId: access.id,
    accessNetworkId: access.privateNetworkId,
    connectNetworkId: connect?.privateNetworkId ?? null,
    bgpAsn: String(plan.bgpAsn),
  };
}

function endpointsOf(gatewayId: string, { attachmentType, haMode, eips }: GatewayPlan): NewVpnEndpoint[] {
  return ([1, 2] as const).map((slot) => ({
    id: randomUUID(),
    gatewayId,
    slot,
    role: haMode === 'active-standby' && slot === 2 ? 'standby' : 'active',
    accessPortId: randomUUID(),
    connectPortId: attachmentType === 'vpc' ? randomUUID() : null,
    eip: eips?.[slot - 1] ?? null,
  }));
}
