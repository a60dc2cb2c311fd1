import { type FaultRule, parseFaultRules } from '@isthmus/drivers';
import { TUNNEL_CALLS, type TunnelCall } from './tunnel.driver';

/**
 * A rule that makes the memory driver fail. On `initiate` the code `deadline-exceeded` is no failure of the driver: it
 * makes a peer that does not answer.
 */
export interface TunnelFault extends FaultRule<TunnelCall> {
  /** Only for the endpoint, connection or gateway of this id; connections also go by their peer's address or name. */
  id?: string;
}

/** Reads `TUNNEL_FAULTS`, a JSON array of rules; throws a clear error when it is none. */
export function parseTunnelFaults(text: string): TunnelFault[] {
  return parseFaultRules<TunnelFault>('TUNNEL_FAULTS', text, TUNNEL_CALLS);
}
