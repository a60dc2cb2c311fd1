import type { AddressFamily } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';

/** One IP address. `value` is the address as an unsigned number: below 2^32 for IPv4, below 2^128 for IPv6. */
export interface Address {
  family: AddressFamily;
  value: bigint;
}

/** Number of bits of an address. */
export function bitsOf(family: AddressFamily): number {
  return family === 4 ? 32 : 128;
}

/** Longest text of an IPv6 address without zone or embedded IPv4; anything longer is not looked at. */
const MAX_TEXT_LENGTH = 39;

/**
 * Reads one address, strictly: dotted decimal without leading zeros (`010.0.0.1` is octal to some and decimal to
 * others), or RFC 4291 hexadecimal groups. Refused: spaces, prefixes, zone ids, and IPv4 inside IPv6 in either spelling,
 * which would let one machine be named twice.
 *
 * @param field name of the argument, for the error
 * @throws ProblemError `invalid-argument`
 */
export function parseAddress(text: string, field = 'address'): Address {
  const address = tryParseAddress(text);
  if (address) return address;
  throw ProblemError.invalid(field, `${quote(text)} is not an IP address${hintFor(text)}.`, 'format');
}

/** The same for an argument that must be IPv4. */
export function parseIpv4(text: string, field = 'address'): Address {
  const address = tryParseAddress(text);
  if (address?.family === 4) return address;
  throw ProblemError.invalid(field, `${quote(text)} is not an IPv4 address${address ? '' : hintFor(text)}.`, 'format');
}

/** The address, or undefined when the text is not strictly one. */
export function tryParseAddress(text: string): Address | undefined {
  if (typeof text !== 'string' || text.length > MAX_TEXT_LENGTH) return undefined;
  const value = text.includes(':') ? parseGroups(text) : parseDotted(text);
  return value === undefined ? undefined : { family: text.includes(':') ? 6 : 4, value };
}

function parseDotted(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  if (bytes.some((byte) => byte > 255)) return undefined;
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function parseGroups(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const given = head.length + tail.length;
  // `::` stands for at least one group of zeros.
  if (halves.length === 1 ? given !== 8 : given > 7) return undefined;
  if (![...head, ...tail].every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const groups = [...head, ...Array<string>(8 - given).fill('0'), ...tail];
  const value = groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
  return isIpv4Mapped(value) ? undefined : value;
}

/** ::ffff:0:0/96 */
function isIpv4Mapped(value: bigint): boolean {
  return value >> 32n === 0xffffn;
}

/** Canonical text: dotted decimal, or RFC 5952 (lower case, the longest and first run of zero groups as `::`). */
export function formatAddress({ family, value }: Address): string {
  const width = family === 4 ? 8 : 16;
  const count = family === 4 ? 4 : 8;
  const mask = (1n << BigInt(width)) - 1n;
  const parts = Array.from({ length: count }, (_, index) =>
    Number((value >> BigInt(width * (count - 1 - index))) & mask),
  );
  return family === 4 ? parts.join('.') : formatGroups(parts);
}

function formatGroups(groups: number[]): string {
  let best = { start: 0, length: 1 };
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start > best.length) best = { start, length: end - start };
  }
  const text = groups.map((group) => group.toString(16));
  // A single zero group is not shortened.
  if (best.length < 2) return text.join(':');
  return `${text.slice(0, best.start).join(':')}::${text.slice(best.start + best.length).join(':')}`;
}

/** Canonical text of an address given as text. */
export function canonicalAddress(text: string, field?: string): string {
  return formatAddress(parseAddress(text, field));
}

/** Negative, zero or positive, for sorting: IPv4 before IPv6, then by number. */
export function compareAddresses(left: Address, right: Address): number {
  if (left.family !== right.family) return left.family - right.family;
  return left.value < right.value ? -1 : left.value > right.value ? 1 : 0;
}

/** The address `distance` further on. Throws a RangeError beyond the family's space. */
export function addToAddress({ family, value }: Address, distance: bigint): Address {
  const moved = value + distance;
  if (moved < 0n || moved >> BigInt(bitsOf(family)) !== 0n) throw new RangeError('address beyond its family');
  return { family, value: moved };
}

/** Text of a caller for an error message: short, and without control characters. */
export function quote(text: unknown): string {
  const shown = JSON.stringify(String(text).slice(0, 64)) ?? '';
  return String(text).length > 64 ? `${shown}…` : shown;
}

function hintFor(text: unknown): string {
  if (typeof text !== 'string') return '';
  if (/\s/.test(text)) return ': remove the spaces';
  if (text.includes('%')) return ': remove the zone id';
  if (text.includes('/')) return ': remove the prefix length';
  if (text.includes(':') && (text.includes('.') || /^[0:]*:ffff:[^:]+:[^:]+$/i.test(text))) {
    return ': write IPv4 addresses in dotted decimal';
  }
  if (/(^|\.)0[0-9]/.test(text) && !text.includes(':')) return ': remove the leading zeros';
  return '';
}
