import { type ProblemCode, ProblemError, PROBLEMS } from '@isthmus/problem';

/** A rule that makes a driver in memory fail, for tests and demonstrations. */
export interface FaultRule<Call extends string> {
  call: Call;
  /** How often it strikes; for ever when absent. */
  times?: number;
  code: ProblemCode;
  message: string;
  /** Fails after the work was done: the answer is lost, not the effect. */
  isAfterEffect?: boolean;
}

/** Reads a JSON array of rules; throws an error that names `setting` and the first unknown code or call. */
export function parseFaultRules<Rule extends FaultRule<string>>(
  setting: string,
  text: string,
  calls: readonly Rule['call'][],
): Rule[] {
  const rules = JSON.parse(text) as Rule[];
  for (const rule of rules) {
    if (!(rule.code in PROBLEMS)) throw new Error(`${setting}: unknown problem code ${rule.code}`);
    if (!calls.includes(rule.call)) throw new Error(`${setting}: unknown call ${rule.call}`);
  }
  return rules;
}

/** Throws what the first rule says that is for this call and of which `isMeant` holds, and counts that rule down. */
export function strike<Rule extends FaultRule<string>>(
  rules: Rule[],
  call: Rule['call'],
  isAfter: boolean,
  isMeant: (rule: Rule) => boolean,
): void {
  const struck = rules.find(
    (rule) => rule.call === call && (rule.isAfterEffect ?? false) === isAfter && rule.times !== 0 && isMeant(rule),
  );
  if (!struck) return;
  if (struck.times !== undefined) struck.times -= 1;
  throw new ProblemError(struck.code, struck.message);
}
