import type { ChangeSubnets } from '@isthmus/contracts';
import type { SubnetView } from '@isthmus/model';
import { planSubnetChange } from './subnet-change';

const present = ['10.0.0.0/24', '10.0.1.0/24'].map((cidr) => ({ id: cidr, cidr }) as SubnetView);

function plan(change: Partial<ChangeSubnets>) {
  const { add, remove } = planSubnetChange({ region: 'r', privateNetworkId: 'n', ...change }, present, true);
  return { add: add.map((subnet) => subnet.kind === 'cidr' && subnet.cidr), remove };
}

describe('planSubnetChange', () => {
  it('adds and removes what is asked for, each once', () => {
    expect(plan({ add: ['10.0.2.0/24', '10.0.2.0/24'], remove: ['10.0.0.0/24'] })).toEqual({
      add: ['10.0.2.0/24'],
      remove: ['10.0.0.0/24'],
    });
  });

  it('works out what a whole list changes', () => {
    expect(plan({ set: ['10.0.1.0/24', '10.0.0.0/25'] })).toEqual({ add: ['10.0.0.0/25'], remove: ['10.0.0.0/24'] });
    expect(plan({ set: [] })).toEqual({ add: [], remove: ['10.0.0.0/24', '10.0.1.0/24'] });
  });

  it.each([
    ['both forms', { set: [], add: ['10.0.2.0/24'] }, 'invalid-argument'],
    ['no CIDR', { add: ['10.0.2.0'] }, 'invalid-argument'],
    ['a subnet that is not there', { remove: ['10.9.0.0/24'] }, 'invalid-argument'],
    ['a subnet that is there', { add: ['10.0.1.0/24'] }, 'already-exists'],
    ['an overlap with what stays', { add: ['10.0.0.0/25'] }, 'conflict'],
  ])('refuses %s', (_what, change, code) => {
    expect(() => plan(change)).toThrow(expect.objectContaining({ code }));
  });
});
