import { type FaultRule, parseFaultRules } from '@isthmus/drivers';
import { FABRIC_CALLS, type FabricCall } from './fabric.driver';

/** A rule that makes the memory fabric fail. */
export interface FabricFault extends FaultRule<FabricCall> {
  /** Only for networks of this name; ports, routes and peerings take the name of their network, routers have none. */
  networkName?: string;
}

/** Reads `FABRIC_FAULTS`, a JSON array of rules; throws a clear error when it is none. */
export function parseFabricFaults(text: string | undefined): FabricFault[] {
  return text ? parseFaultRules<FabricFault>('FABRIC_FAULTS', text, FABRIC_CALLS) : [];
}
