import { isUuid, type VpnRule } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';

/** `invalid-argument` by a rule of VPN that has a name. */
export function ruleBroken(rule: VpnRule, field: string, message: string): ProblemError {
  const violations = [{ field, rule: 'constraint' as const, message }];
  return new ProblemError('invalid-argument', message, { violations, precondition: rule });
}

export function required(field: string, message: string): ProblemError {
  return ProblemError.invalid(field, message, 'required');
}

/** One of `known`. */
export function requireOneOf<T extends string | number>(field: string, value: T, known: readonly T[]): T {
  if (known.includes(value)) return value;
  throw ProblemError.invalid(field, `Choose one of ${known.join(', ')}.`);
}

/** The UUID in lower case; undefined stays. */
export function requireUuid(field: string, id: string | undefined): string | undefined {
  if (id === undefined) return undefined;
  if (isUuid(id)) return id.toLowerCase();
  throw ProblemError.invalid(field, 'An id is a UUID of 36 characters.', 'format');
}
