import { chooseZones } from './zone-choice';

const zones = (...used: number[]) => used.map((count, index) => ({ zone: `z${index + 1}`, used: count }));

describe('the choice of zones', () => {
  it.each([
    { used: [5, 0, 3], chosen: ['z2', 'z3'], why: 'takes the two that host least' },
    { used: [1, 1, 1], chosen: ['z1', 'z2'], why: 'keeps the order of those that host equally many' },
    { used: [10, 4, 9], chosen: ['z2', 'z3'], why: 'leaves out one that is full' },
    { used: [8], chosen: ['z1', 'z1'], why: 'puts both into the only one' },
  ])('$why', ({ used, chosen }) => {
    expect(chooseZones(zones(...used), 10, false)).toEqual(chosen);
  });

  it('keeps the order that the caller gave', () => {
    expect(chooseZones(zones(5, 0), 10, true)).toEqual(['z1', 'z2']);
  });

  it.each([
    { used: [10, 3], why: 'of two zones one is full: a pair in one zone would go with it' },
    { used: [9], why: 'the only zone has room for one' },
  ])('refuses when $why', ({ used }) => {
    expect(() => chooseZones(zones(...used), 10, false)).toThrow(expect.objectContaining({ code: 'exhausted' }));
  });
});
