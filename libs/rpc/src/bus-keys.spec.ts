import { BusKeys } from './bus-keys';

const key = (byte: number) => Buffer.alloc(32, byte).toString('base64');

describe('keys of the bus', () => {
  const service = BusKeys.parse(`a:${key(1)}, b:${key(2)}`);
  const text = '{"caller":"a"}';

  it('believe only what the caller itself signed', () => {
    const signature = BusKeys.parse(`a:${key(1)}`).sign('a', text);
    expect(service.isGenuine('a', text, signature)).toBe(true);
    expect(service.isGenuine('b', text, signature)).toBe(false);
    expect(service.isGenuine('c', text, signature)).toBe(false);
    expect(service.isGenuine('a', `${text} `, signature)).toBe(false);
    expect(service.isGenuine('a', text, undefined)).toBe(false);
    expect(service.isGenuine('a', text, 'é'.repeat(64))).toBe(false);
  });

  it('believe everybody when there are none', () => {
    expect(BusKeys.parse(undefined).isGenuine('a', text, undefined)).toBe(true);
    expect(BusKeys.parse('').sign('a', text)).toBeUndefined();
  });

  it('refuse a list that is no list of keys, without telling it', () => {
    expect(() => BusKeys.parse('a:c2hvcnQ=')).toThrow(/^BUS_KEYS: each item is/);
    expect(() => BusKeys.parse(key(1))).toThrow(/^BUS_KEYS/);
  });
});
