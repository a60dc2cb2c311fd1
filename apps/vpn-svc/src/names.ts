import { randomBytes } from 'node:crypto';
import { quote } from '@isthmus/cidr';
import { ProblemError } from '@isthmus/problem';

const NAME = /^[A-Za-z0-9._-]{1,64}$/;

/** The name as given. Throws `invalid-argument` for `field`. */
export function checkedName(name: string, field = 'name'): string {
  if (NAME.test(name)) return name;
  const rule = '1 to 64 letters, digits, dots, hyphens and underscores';
  throw ProblemError.invalid(field, `The name ${quote(name)} is not made of ${rule}.`, 'format');
}

/** The name as given, or a new one like `vpn-1f3c`. Throws `invalid-argument` for `field`. */
export function nameOr(prefix: string, name: string | undefined, field = 'name'): string {
  return name === undefined ? `${prefix}-${randomBytes(2).toString('hex')}` : checkedName(name, field);
}
