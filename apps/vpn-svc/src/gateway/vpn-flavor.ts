import type { VpnFlavor } from '@isthmus/model';

/** What each specification forwards at most, in Mbit/s: no public address of it has more bandwidth. */
const MAX_MBPS: Record<VpnFlavor, number> = {
  Basic: 100,
  Professional1: 300,
  'Professional1-NonFixedIP': 300,
  Professional2: 1_000,
  'Professional2-NonFixedIP': 1_000,
  GM: 500,
};

export function maxMbpsOf(flavor: VpnFlavor): number {
  return MAX_MBPS[flavor];
}

/** Does it take customer gateways whose addresses change? */
export function takesChangingPeers(flavor: VpnFlavor): boolean {
  return flavor === 'Professional1-NonFixedIP' || flavor === 'Professional2-NonFixedIP';
}
