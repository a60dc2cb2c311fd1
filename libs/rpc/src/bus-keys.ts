import { createHmac, timingSafeEqual } from 'node:crypto';

const SHORTEST_KEY_BYTES = 32;

/**
 * Keys by which callers prove their name on the bus: `BUS_KEYS` is a comma-separated list of `<caller>:<base64 of at
 * least 32 bytes>`. A caller needs its own key, a service the keys of all that may call it. Without any key nothing is
 * signed and every name is believed; with one, a service answers only requests that are signed by their caller.
 */
export class BusKeys {
  private constructor(private readonly keys: ReadonlyMap<string, Buffer>) {}

  /** Throws for a list that cannot be read, without telling its content. */
  static parse(list: string | undefined): BusKeys {
    const keys = new Map<string, Buffer>();
    for (const item of (list ?? '').split(',').filter((text) => text.trim() !== '')) {
      const [caller = '', base64 = ''] = item.trim().split(':');
      const key = Buffer.from(base64, 'base64');
      if (caller === '' || key.length < SHORTEST_KEY_BYTES) {
        throw new Error(`BUS_KEYS: each item is <caller>:<base64 of at least ${SHORTEST_KEY_BYTES} bytes>`);
      }
      keys.set(caller, key);
    }
    return new BusKeys(keys);
  }

  /** HMAC-SHA256 of the envelope's text, in lower-case hexadecimal; undefined for a caller without a key. */
  sign(caller: string, text: string): string | undefined {
    const key = this.keys.get(caller);
    return key && createHmac('sha256', key).update(text).digest('hex');
  }

  /** Did `caller` write this text? Always true when there are no keys. */
  isGenuine(caller: string, text: string, signature: string | undefined): boolean {
    if (this.keys.size === 0) return true;
    const expected = this.sign(caller, text);
    if (expected === undefined || signature?.length !== expected.length) return false;
    const given = Buffer.from(signature, 'latin1');
    return given.length === expected.length && timingSafeEqual(given, Buffer.from(expected));
  }
}
