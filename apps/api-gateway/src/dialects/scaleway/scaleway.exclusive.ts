import { ProblemError, type Violation } from '@isthmus/problem';

/** Which of these members of a body or query have a value. */
function givenOf(members: Record<string, unknown>): string[] {
  return Object.keys(members).filter((name) => members[name] !== undefined && members[name] !== null);
}

/** Throws `invalid-argument` naming all that are given when they are more than one. */
export function atMostOne(members: Record<string, unknown>): void {
  const names = givenOf(members);
  if (names.length > 1) throw refused(names, 'constraint', `give only one of ${Object.keys(members).join(', ')}`);
}

/** The same, and naming all of them when none is given. */
export function exactlyOne(members: Record<string, unknown>): void {
  atMostOne(members);
  const names = Object.keys(members);
  if (givenOf(members).length === 0) throw refused(names, 'required', `give one of ${names.join(', ')}`);
}

function refused(names: string[], rule: Violation['rule'], message: string): ProblemError {
  const violations = names.map((field): Violation => ({ field, rule, message }));
  return new ProblemError('invalid-argument', message, { violations });
}
