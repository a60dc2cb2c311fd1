const IS_SECRET = /psk|secret|token|password|authorization|(private|shared)_?key/i;
const REDACTED = '[redacted]';

/** A copy in which what a member holds that is named like a secret is not told; whether it holds something is. */
export function redacted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, IS_SECRET.test(name) ? hidden(member) : redacted(member)]),
  );
}

function hidden(member: unknown): unknown {
  return member === null || member === undefined || typeof member === 'boolean' ? member : REDACTED;
}
