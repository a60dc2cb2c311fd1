import { randomUUID } from 'node:crypto';
import type { EipRequest } from '@isthmus/contracts';
import { EIP_CHARGE_MODES, type EipChargeMode, type VpnFlavor } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { checkedName, nameOr } from '../names';
import { required, requireOneOf, requireUuid, ruleBroken } from './argument';
import { maxMbpsOf } from './vpn-flavor';

/** A public address for one endpoint. */
export interface EipPlan {
  /** The booked one; null: the next free one of the endpoint's zone, made for the gateway. */
  addressId: string | null;
  type: string;
  chargeMode: EipChargeMode;
  bandwidthId: string;
  /** Null where the bandwidth is shared. */
  bandwidthMbps: number | null;
  bandwidthName: string | null;
}

const NAME_PREFIX = 'vpngw-bandwidth';
const DEFAULT_TYPE = '5_bgp';
const DEFAULT_MBPS = 100;
const LONGEST_TYPE = 36;
const OF_NEW_ONES = ['type', 'chargeMode', 'bandwidthMbps', 'bandwidthName', 'bandwidthId'] as const;

/** The plan of the EIP that `field` names, absent = a new one with the defaults. Throws `invalid-argument`. */
export function eipPlanOf(field: 'eip1' | 'eip2', request: EipRequest | undefined, flavor: VpnFlavor): EipPlan {
  if (request === undefined) return newEip(field, { bandwidthMbps: DEFAULT_MBPS }, flavor);
  if (request.id === undefined) return newEip(field, request, flavor);
  const isDescribed = OF_NEW_ONES.some((member) => request[member] !== undefined);
  if (isDescribed) {
    const message = 'An EIP that exists is named by its id alone; leave out what describes a new one.';
    throw ProblemError.invalid(`${field}.id`, message);
  }
  return bookedEip(`${field}.id`, request.id, flavor);
}

/** One that was booked before has no limit of its own: the gateway's is what it gets. Throws `invalid-argument`. */
export function bookedEip(field: string, id: string, flavor: VpnFlavor): EipPlan & { addressId: string } {
  const addressId = requireUuid(field, id) as string;
  return {
    ...{ addressId, type: DEFAULT_TYPE, chargeMode: 'bandwidth', bandwidthId: randomUUID() },
    ...{ bandwidthMbps: maxMbpsOf(flavor), bandwidthName: nameOr(NAME_PREFIX, undefined) },
  };
}

function newEip(field: 'eip1' | 'eip2', request: EipRequest, flavor: VpnFlavor): EipPlan {
  const type = request.type ?? DEFAULT_TYPE;
  if (type.length > LONGEST_TYPE) {
    throw ProblemError.invalid(`${field}.type`, `The type of an EIP has at most ${LONGEST_TYPE} characters.`);
  }
  const chargeMode = requireOneOf(`${field}.chargeMode`, request.chargeMode ?? 'bandwidth', EIP_CHARGE_MODES);
  const { bandwidthName: name, bandwidthMbps } = request;
  const nameField = `${field}.bandwidthName`;
  const mbps = bandwidthMbps === undefined ? null : requireSize(field, bandwidthMbps, flavor);
  const sharedId = requireUuid(`${field}.bandwidthId`, request.bandwidthId);
  if (sharedId !== undefined) {
    const bandwidthName = name === undefined ? null : checkedName(name, nameField);
    return { addressId: null, type, chargeMode, bandwidthId: sharedId, bandwidthMbps: null, bandwidthName };
  }
  if (mbps === null) {
    throw required(`${field}.bandwidthMbps`, 'A new EIP needs the size of its bandwidth, or the id of a shared one.');
  }
  const bandwidth = {
    bandwidthId: randomUUID(),
    bandwidthMbps: mbps,
    bandwidthName: nameOr(NAME_PREFIX, name, nameField),
  };
  return { addressId: null, type, chargeMode, ...bandwidth };
}

function requireSize(field: string, mbps: number, flavor: VpnFlavor): number {
  const most = maxMbpsOf(flavor);
  if (Number.isInteger(mbps) && mbps >= 1 && mbps <= most) return mbps;
  const message = `An EIP of a gateway of ${flavor} has a bandwidth of 1 to ${most} Mbit/s.`;
  throw ruleBroken('eip-bandwidth-size', `${field}.bandwidthMbps`, message);
}
