import { Injectable } from '@nestjs/common';
import type { UpdateVpnGateway } from '@isthmus/contracts';
import { Database, type Tx } from '@isthmus/db';
import type { Accepted, AddressView, VpnGatewayView } from '@isthmus/model';
import { OperationEngine } from '@isthmus/operations';
import { ProblemError } from '@isthmus/problem';
import { Inbox, type RpcContext } from '@isthmus/rpc';
import { checkedName } from '../names';
import { requireUuid } from './argument';
import { bookedEip } from './eip-plan';
import { requireDifferentEips } from './gateway-plan';
import { GatewayReferences } from './gateway-references';
import { localSubnetsOf } from './local-subnets';
import { requirePolicyTemplate } from './policy-template';
import { UpdateVpnGatewaySaga } from './update-vpn-gateway.saga';
import type { VpnEndpoint } from './vpn-endpoint.entity';
import { type EipChange, VpnEndpointRepository } from './vpn-endpoint.repository';
import type { VpnGateway } from './vpn-gateway.entity';
import { busyGateway, eipHasConnections, gatewayInFault } from './vpn-gateway.problems';
import { VpnGatewayReader } from './vpn-gateway.reader';
import { VpnGatewayRepository, type VpnGatewayContent } from './vpn-gateway.repository';

const EIP_FIELDS = { 1: 'eipId1', 2: 'eipId2' } as const;

/** The transaction that accepts changes of a gateway. Locks: gateway, then its connections. */
@Injectable()
export class VpnGatewayUpdateService {
  constructor(
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly engine: OperationEngine,
    private readonly gateways: VpnGatewayRepository,
    private readonly endpoints: VpnEndpointRepository,
    private readonly reader: VpnGatewayReader,
    private readonly references: GatewayReferences,
  ) {}

  /**
   * The row has the new values at once, but for EIPs, which it has when they are bound. Errors: `not-found` (gateway, EIP),
   * `invalid-argument`, `busy`, `conflict` (EIP), `precondition-failed` (in fault; connections end at the EIP).
   */
  update(command: UpdateVpnGateway, context: RpcContext): Promise<Accepted<VpnGatewayView>> {
    return this.inbox.orEarlier(this.database, context, () => this.admit(command, context));
  }

  private async admit(command: UpdateVpnGateway, context: RpcContext): Promise<Accepted<VpnGatewayView>> {
    const { gatewayId } = command;
    const known = await this.gateways.find(gatewayId, context.projectId);
    if (!known) throw ProblemError.notFound('vpn-gateway', gatewayId);
    // What a gateway is never changes, so what may be changed can be told before it is locked.
    const changes = changesOf(known, command);
    const eipIds = wantedEipsOf(known, command);
    const eips = await this.references.findEips([...eipIds.values()], known.region, known.id, context);
    return this.database.transaction((tx) =>
      this.inbox.once(tx, context, async () => {
        const former = await this.gateways.lock(tx, gatewayId, context.projectId);
        if (!former) throw ProblemError.notFound('vpn-gateway', gatewayId);
        context.recordBefore(await this.reader.view(tx, former));
        if (former.state === 'fault') throw gatewayInFault(former);
        if (former.state !== 'active') throw await busyGateway(tx, former.id, former.state);
        const eipChanges = await this.changeEips(tx, former, eipIds, eips);
        return this.accept(tx, former, changes, eipChanges, context);
      }),
    );
  }

  private async accept(
    tx: Tx,
    { id, name, localSubnets, policyTemplate }: VpnGateway,
    changes: Partial<VpnGatewayContent>,
    eips: EipChange[],
    context: RpcContext,
  ): Promise<Accepted<VpnGatewayView>> {
    const former = { name, localSubnets, policyTemplate };
    const gateway = await this.gateways.beginUpdate(tx, id, { ...former, ...changes });
    await this.endpoints.raise(tx, id);
    const operation = await this.engine.accept(tx, UpdateVpnGatewaySaga, {
      by: context,
      resource: { type: 'vpn-gateway', id },
      input: { former, eips },
    });
    return { resource: await this.reader.view(tx, gateway), operation };
  }

  private async changeEips(
    tx: Tx,
    gateway: VpnGateway,
    wanted: Map<1 | 2, string>,
    eips: Map<string, AddressView>,
  ): Promise<EipChange[]> {
    const endpoints = await this.endpoints.list([gateway.id], tx);
    const changes = endpoints.flatMap((endpoint) => changeOf(gateway, endpoint, wanted.get(endpoint.slot), eips));
    const [one = null, other = null] = endpoints.map(({ slot, eipId }) => wanted.get(slot) ?? eipId);
    requireDifferentEips(one, other, EIP_FIELDS[wanted.has(2) ? 2 : 1]);
    const [connected] = await this.endpoints.listConnected(
      tx,
      changes.map(({ endpointId }) => endpointId),
    );
    const used = endpoints.find(({ id }) => id === connected);
    if (used) throw eipHasConnections(gateway.id, used.eipAddress ?? '');
    return changes;
  }
}

/** Only what is given. */
function changesOf(known: VpnGateway, command: UpdateVpnGateway): Partial<VpnGatewayContent> {
  const localSubnets = localSubnetsOf(known, command);
  return {
    ...(command.name === undefined ? {} : { name: checkedName(command.name) }),
    ...(localSubnets === undefined ? {} : { localSubnets }),
    ...(command.policyTemplate === undefined
      ? {}
      : { policyTemplate: requirePolicyTemplate(known.flavor, command.policyTemplate) }),
  };
}

/** Ids of EIPs by slot. */
function wantedEipsOf({ networkType }: VpnGateway, command: UpdateVpnGateway): Map<1 | 2, string> {
  const wanted = new Map<1 | 2, string>();
  for (const slot of [1, 2] as const) {
    const field = EIP_FIELDS[slot];
    const id = requireUuid(field, command[field]);
    if (id === undefined) continue;
    if (networkType === 'private') throw ProblemError.invalid(field, 'A private gateway has no EIPs; leave them out.');
    wanted.set(slot, id);
  }
  return wanted;
}

function changeOf(
  { flavor }: VpnGateway,
  { id: endpointId, slot, eipId: formerAddressId }: VpnEndpoint,
  wanted: string | undefined,
  eips: Map<string, AddressView>,
): EipChange[] {
  if (wanted === undefined || wanted === formerAddressId || formerAddressId === null) return [];
  const address = eips.get(wanted)?.address;
  if (address === undefined) throw ProblemError.notFound('address', wanted);
  return [{ ...bookedEip(EIP_FIELDS[slot], wanted, flavor), endpointId, address, formerAddressId }];
}
