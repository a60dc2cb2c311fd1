import { Injectable } from '@nestjs/common';
import { containsAddress, parseAddress, parseCidr } from '@isthmus/cidr';
import type { AddressFamily, AddressView, SubnetView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import type { RpcContext } from '@isthmus/rpc';
import { IpamClient } from '../clients/ipam.client';
import { NetworkClient } from '../clients/network.client';
import { required, ruleBroken } from './argument';
import type { GatewayPlan } from './gateway-plan';
import { boundEip, lacksFreeIps, routerDoesNotRoute, takenPrivateIp } from './vpn-gateway.problems';

/** The networks that a gateway hangs on. */
export interface GatewaySubnets {
  access: SubnetView;
  /** Null for a gateway of a router. */
  connect: SubnetView | null;
}

/** One machine has one address in each subnet, and a gateway is two machines. */
const ADDRESSES_PER_SUBNET = 2;

/**
 * Asks the other services whether they have what a gateway names. A hint: the reservations of its saga decide. Errors:
 * `not-found` (VPC, subnet, EIP), `invalid-argument`, `conflict` (address), `exhausted` (subnet), `precondition-failed`.
 */
@Injectable()
export class GatewayReferences {
  constructor(
    private readonly network: NetworkClient,
    private readonly ipam: IpamClient,
  ) {}

  /** Checks everything that the plan names. */
  async check(plan: GatewayPlan, context: RpcContext): Promise<GatewaySubnets> {
    await this.requireVpcs(plan, context);
    const subnets = await this.findSubnets(plan, context);
    const access = subnets.access ?? (await this.chooseAccess(plan, context));
    const { connect } = subnets;
    await this.requirePrivateIps(plan, access, context);
    await this.requireRoom(access, connect, context);
    const eips = (plan.eips ?? []).flatMap(({ addressId }) => addressId ?? []);
    await this.findEips(eips, plan.region, null, context);
    return { access, connect };
  }

  /** EIPs of the project that are attached to nothing, or to the gateway `ownerId`. */
  async findEips(
    addressIds: string[],
    region: string,
    ownerId: string | null,
    context: RpcContext,
  ): Promise<Map<string, AddressView>> {
    if (addressIds.length === 0) return new Map();
    const found = new Map((await this.ipam.listAddresses(context, addressIds)).map((view) => [view.id, view]));
    for (const id of addressIds) {
      const eip = found.get(id);
      const isEip = eip?.source.kind === 'zone' && eip.family === 4 && eip.region === region;
      if (!isEip) throw ProblemError.notFound('address', id);
      if (eip.owner && eip.owner.id !== ownerId) throw boundEip(eip.address, id);
    }
    return found;
  }

  private async requireVpcs({ erId, vpcId, accessVpcId, region }: GatewayPlan, context: RpcContext): Promise<void> {
    const ids = new Set([erId, vpcId, accessVpcId].filter((id) => id !== null));
    const vpcs = await Promise.all([...ids].map((id) => this.network.getVpc(context, region, id)));
    const router = vpcs.find(({ id }) => id === erId);
    if (router && !router.isRoutingEnabled) throw routerDoesNotRoute(router.id);
  }

  private async findSubnets(
    plan: GatewayPlan,
    context: RpcContext,
  ): Promise<{ access: SubnetView | null; connect: SubnetView | null }> {
    const { accessSubnetId, connectSubnetId, region } = plan;
    const ids = [...new Set([accessSubnetId, connectSubnetId].filter((id) => id !== null))];
    const found = ids.length === 0 ? [] : await this.ipam.findSubnets(context, region, ids);
    const find = (id: string | null): SubnetView | null => {
      const subnet = found.find((candidate) => candidate.id === id);
      if (id !== null && !subnet) throw ProblemError.notFound('subnet', id);
      return subnet ?? null;
    };
    const [connect, access] = [find(connectSubnetId), find(accessSubnetId)];
    if (connect) requireFit(connect, 'connectSubnetId', plan.vpcId, plan.ipVersion);
    // What leads through the tunnels passes the access of a gateway of a router: it has no other way in.
    const family = plan.attachmentType === 'er' ? plan.ipVersion : null;
    if (access) requireFit(access, 'accessSubnetId', plan.accessVpcId, family);
    return { access, connect };
  }

  /** The oldest with enough free addresses. */
  private async chooseAccess(
    { accessVpcId, region, ipVersion }: GatewayPlan,
    context: RpcContext,
  ): Promise<SubnetView> {
    const all = await this.ipam.subnetsOfVpc(context, region, accessVpcId);
    const candidates = all.filter(({ family }) => family === ipVersion);
    const [oldest] = candidates;
    if (!oldest) {
      const message = `The access VPC has no IPv${ipVersion} subnet; add one, or name a subnet of another VPC.`;
      throw required('accessSubnetId', message);
    }
    for (const subnet of candidates) {
      const { free } = await this.ipam.capacityOf(context, subnet.id);
      if (BigInt(free) >= ADDRESSES_PER_SUBNET) return subnet;
    }
    throw lacksFreeIps(await this.ipam.capacityOf(context, oldest.id), ADDRESSES_PER_SUBNET);
  }

  private async requireRoom(access: SubnetView, connect: SubnetView | null, context: RpcContext): Promise<void> {
    const needed = new Map([[access.id, ADDRESSES_PER_SUBNET]]);
    if (connect) needed.set(connect.id, (needed.get(connect.id) ?? 0) + ADDRESSES_PER_SUBNET);
    for (const [subnetId, count] of needed) {
      const capacity = await this.ipam.capacityOf(context, subnetId);
      if (BigInt(capacity.free) < count) throw lacksFreeIps(capacity, count);
    }
  }

  private async requirePrivateIps({ privateIps }: GatewayPlan, access: SubnetView, context: RpcContext): Promise<void> {
    for (const [index, address] of (privateIps ?? []).entries()) {
      const field = `accessPrivateIp${index + 1}`;
      if (!containsAddress(parseCidr(access.cidr), parseAddress(address, field))) {
        const message = `${address} is outside of the access subnet ${access.cidr}.`;
        throw ruleBroken('private-ip-outside-subnet', field, message);
      }
      await this.requireFree(address, access, context);
    }
  }

  private async requireFree(address: string, access: SubnetView, context: RpcContext): Promise<void> {
    try {
      await this.ipam.checkAddress(context, access.privateNetworkId, address);
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'conflict') throw takenPrivateIp(address, error);
      throw error;
    }
  }
}

/** Is it one of that VPC, and of that family, where that matters? */
function requireFit(subnet: SubnetView, field: string, vpcId: string | null, family: AddressFamily | null): void {
  if (subnet.vpcId !== vpcId) {
    const message = `Subnet ${subnet.cidr} (${subnet.id}) is not one of VPC ${vpcId}; name one that is.`;
    throw ProblemError.invalid(field, message);
  }
  if (family === null || subnet.family === family) return;
  const message = `IPv${family} passes the tunnels of this gateway, and ${subnet.cidr} cannot carry it; name an IPv${family} subnet.`;
  throw ProblemError.invalid(field, message);
}
