import { Transform } from 'class-transformer';
import { ValidateBy, type ValidationOptions } from 'class-validator';
import { parseCidr, tryParseAddress } from '@isthmus/cidr';
import { ProblemError } from '@isthmus/problem';

/** C0, DEL and C1 controls, the two Unicode line separators, and halves of surrogate pairs (which no database stores). */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\p{Cs}]/u;
const MAX_LABELS = 64;
const MAX_LABEL_LENGTH = 255;

export function isPlainText(value: unknown, min: number, max: number): value is string {
  if (typeof value !== 'string' || UNPRINTABLE.test(value)) return false;
  const length = [...value].length;
  return length >= min && length <= max;
}

/** Text of `min` to `max` characters without control characters. */
export function IsPlainText(min: number, max: number, options?: ValidationOptions): PropertyDecorator {
  const message = `$property must be text of ${min} to ${max} characters without control characters`;
  return ValidateBy(
    {
      name: 'plainText',
      validator: { validate: (value) => isPlainText(value, min, max), defaultMessage: () => message },
    },
    options,
  );
}

function isLabels(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const pairs = Object.entries(value);
  return (
    pairs.length <= MAX_LABELS &&
    pairs.every(([key, text]) => isPlainText(key, 1, MAX_LABEL_LENGTH) && isPlainText(text, 0, MAX_LABEL_LENGTH))
  );
}

/** An object of up to 64 texts by name, each of up to 255 characters. */
export function IsLabels(): PropertyDecorator {
  const message = `$property must be an object of at most ${MAX_LABELS} pairs of text, each of at most ${MAX_LABEL_LENGTH} characters without control characters`;
  const check = ValidateBy({ name: 'labels', validator: { validate: isLabels, defaultMessage: () => message } });
  // class-transformer copies objects, and loses members on the way that are named like methods ("toString").
  const keep = Transform(({ obj, key }) => (obj as Record<string, unknown>)[key]);
  return (target, property) => {
    check(target, property);
    keep(target, property);
  };
}

/** What is wrong with a network text, in the words of the CIDR parser; undefined when nothing is. */
function cidrComplaint(value: unknown, field: string): string | undefined {
  try {
    parseCidr(value as string, field);
    return undefined;
  } catch (error) {
    if (error instanceof ProblemError) return error.message;
    throw error;
  }
}

/** A list of IPv4 or IPv6 networks with their prefix lengths and without host bits. */
export function AreCidrs(): PropertyDecorator {
  const complaintOf = (value: unknown, field: string): string | undefined =>
    Array.isArray(value)
      ? value.map((item) => cidrComplaint(item, field)).find((complaint) => complaint !== undefined)
      : 'must be a list of networks in CIDR notation';
  return ValidateBy({
    name: 'cidr',
    validator: {
      validate: (value, given) => complaintOf(value, given?.property ?? '') === undefined,
      defaultMessage: (given) => `${given?.property}: ${complaintOf(given?.value, given?.property ?? '')}`,
    },
  });
}

/** One such network. */
export function IsCidr(): PropertyDecorator {
  return ValidateBy({
    name: 'cidr',
    validator: {
      validate: (value, given) => cidrComplaint(value, given?.property ?? '') === undefined,
      defaultMessage: (given) => `${given?.property}: ${cidrComplaint(given?.value, given?.property ?? '')}`,
    },
  });
}

/** An IPv4 or IPv6 address without prefix length. */
export function IsAddress(): PropertyDecorator {
  const message = '$property must be an IP address without prefix length, such as 172.16.4.2';
  const validate = (value: unknown): boolean => typeof value === 'string' && tryParseAddress(value) !== undefined;
  return ValidateBy({ name: 'address', validator: { validate, defaultMessage: () => message } });
}

/** An address, or a network in CIDR notation. */
export function IsAddressOrCidr(): PropertyDecorator {
  const message = '$property must be an IP address or a network in CIDR notation without host bits';
  const validate = (value: unknown): boolean =>
    typeof value === 'string' && (tryParseAddress(value) !== undefined || cidrComplaint(value, '') === undefined);
  return ValidateBy({ name: 'addressOrCidr', validator: { validate, defaultMessage: () => message } });
}

const MAC_ADDRESS = /^[0-9a-f]{2}([:-]?)([0-9a-f]{2}\1){4}[0-9a-f]{2}$/i;

/** Six bytes in hexadecimal with colons, hyphens or nothing between them. */
export function IsMac(): PropertyDecorator {
  const message = '$property must be a MAC address, such as 02:00:00:1b:f4:62';
  const validate = (value: unknown): boolean => typeof value === 'string' && MAC_ADDRESS.test(value);
  return ValidateBy({ name: 'mac', validator: { validate, defaultMessage: () => message } });
}

/** An IPv4 address in dotted decimals without leading zeros. */
export function IsIpv4(options?: ValidationOptions): PropertyDecorator {
  const message = '$property must be an IPv4 address, such as 192.168.0.10';
  const validate = (value: unknown): boolean => tryParseAddress(value as string)?.family === 4;
  return ValidateBy({ name: 'ipv4', validator: { validate, defaultMessage: () => message } }, options);
}

/** A query argument that may be given several times. */
export function Repeated(): PropertyDecorator {
  return Transform(({ value }) => (value === undefined || Array.isArray(value) ? value : [value]));
}

/** A boolean in a query, in any case (one official client writes True). Anything else stays and is refused. */
export function QueryBoolean(): PropertyDecorator {
  return Transform(({ value }) => {
    const text = String(value).toLowerCase();
    return text === 'true' ? true : text === 'false' ? false : value;
  });
}

/** A whole number in a query. Anything else stays and is refused. */
export function QueryInteger(): PropertyDecorator {
  return Transform(({ value }) => (typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value));
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Any UUID in its lower-case form. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}
