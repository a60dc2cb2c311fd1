import { isSurelyKept, momentOf } from './retention';

const DAY_MS = 24 * 3_600_000;
/** 2026-08-05T12:59:37.637Z by its first 48 bits. */
const ID = '01a1f8c0-3b65-7e4f-9ae0-5847928e86bf';

describe('the moment in an id', () => {
  it('is read from version 7 only', () => {
    expect(momentOf(ID)).toBe(0x01a1f8c03b65);
    expect(momentOf('c4f04441-0260-4953-b2bb-d8286a5f4bb4')).toBeUndefined();
  });

  it('says for 30 days that it cannot have been dropped', () => {
    const moment = momentOf(ID) as number;
    expect(isSurelyKept(ID, moment + 29 * DAY_MS)).toBe(true);
    expect(isSurelyKept(ID, moment + 31 * DAY_MS)).toBe(false);
    expect(isSurelyKept('c4f04441-0260-4953-b2bb-d8286a5f4bb4')).toBe(true);
  });
});
