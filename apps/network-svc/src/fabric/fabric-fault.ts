import type { ProblemCode } from '@isthmus/problem';
import { PROBLEMS, ProblemError } from '@isthmus/problem';
import { FABRIC_CALLS, type FabricCall } from './fabric.driver';

/** A rule that makes the memory fabric fail, for tests and demonstrations. */
export interface FabricFault {
  call: FabricCall;
  /** Only for networks of this name; ports, routes and peerings take the name of their network, routers have none. */
  networkName?: string;
  /** How often it strikes; for ever when absent. */
  times?: number;
  code: ProblemCode;
  message: string;
  /** Fails after the work was done: the answer is lost, not the effect. */
  isAfterEffect?: boolean;
}

/** Reads `FABRIC_FAULTS`, a JSON array of rules; throws a clear error when it is none. */
export function parseFabricFaults(text: string | undefined): FabricFault[] {
  if (!text) return [];
  const faults = JSON.parse(text) as FabricFault[];
  for (const fault of faults) {
    if (!(fault.code in PROBLEMS)) throw new Error(`FABRIC_FAULTS: unknown problem code ${fault.code}`);
    if (!FABRIC_CALLS.includes(fault.call)) throw new Error(`FABRIC_FAULTS: unknown call ${fault.call}`);
  }
  return faults;
}

/** Throws what the first matching rule says, and counts that rule down. */
export function strike(
  faults: FabricFault[],
  call: FabricCall,
  networkName: string | undefined,
  isAfter: boolean,
): void {
  const fault = faults.find(
    (rule) =>
      rule.call === call &&
      (rule.isAfterEffect ?? false) === isAfter &&
      (rule.networkName === undefined || rule.networkName === networkName) &&
      rule.times !== 0,
  );
  if (!fault) return;
  if (fault.times !== undefined) fault.times -= 1;
  throw new ProblemError(fault.code, fault.message);
}
