import { ProblemError } from '@isthmus/problem';

export const MAX_ASN = 4_294_967_295;

/** The number, when it is a whole one from `lowest` to `highest`. Throws `invalid-argument` for `field`. */
export function wholeNumberOf(field: string, value: number, lowest: number, highest: number): number {
  if (Number.isInteger(value) && value >= lowest && value <= highest) return value;
  throw ProblemError.invalid(field, `${field} must be a whole number from ${lowest} to ${highest}.`);
}
