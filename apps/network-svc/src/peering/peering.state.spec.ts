import { PEERING_STATES, type PeeringState } from '@isthmus/model';
import { judge, LINK_PHASES, nextForLink, obstacleIn, type PeeringFacts } from './peering.state';

/** Every combination of what the facts can be. */
function* everyCombination(): Generator<PeeringFacts> {
  for (const intent of ['active', 'disabled'] as const)
    for (const hasPeerNetwork of [true, false])
      for (const isLocalRouted of [true, false])
        for (const reverseIntent of ['active', 'disabled', null] as const)
          for (const isPeerRouted of [true, false])
            for (const conflict of [null, '10.0.0.0/24 overlaps 10.0.0.0/16'])
              for (const link of [null, ...LINK_PHASES])
                yield {
                  intent,
                  hasPeerNetwork,
                  isLocalRouted,
                  reverseIntent,
                  isPeerRouted,
                  conflict,
                  link,
                  failure: link === 'failed' ? 'the fabric said no' : null,
                };
}

/** The order of evaluation as data: the first row whose facts are all as given decides. */
const TABLE: [Partial<PeeringFacts>, PeeringState][] = [
  [{ link: 'installing' }, 'provisioning'],
  [{ link: 'removing' }, 'provisioning'],
  [{ intent: 'disabled' }, 'disabled'],
  [{ hasPeerNetwork: false }, 'peer-network-deleted'],
  [{ isLocalRouted: false }, 'local-network-not-routed'],
  [{ reverseIntent: null }, 'waiting-for-peer'],
  [{ reverseIntent: 'disabled' }, 'peer-disabled'],
  [{ isPeerRouted: false }, 'peer-network-not-routed'],
  [{ conflict: '10.0.0.0/24 overlaps 10.0.0.0/16' }, 'subnets-overlap'],
  [{ link: null }, 'provisioning'],
  [{ link: 'installed' }, 'active'],
  [{ link: 'failed' }, 'error'],
];

function expected(facts: PeeringFacts): PeeringState | undefined {
  const applies = ([given]: [Partial<PeeringFacts>, PeeringState]): boolean =>
    Object.entries(given).every(([fact, value]) => facts[fact as keyof PeeringFacts] === value);
  return TABLE.find(applies)?.[1];
}

describe('the state of a peering', () => {
  const all = [...everyCombination()];

  it('is decided for every combination of facts, by the first row that applies', () => {
    expect(all).toHaveLength(2 * 2 * 2 * 3 * 2 * 2 * 5);
    for (const facts of all) expect({ facts, state: judge(facts).state }).toEqual({ facts, state: expected(facts) });
  });

  it('can be each of the ten', () => {
    expect(new Set(all.map((facts) => judge(facts).state))).toEqual(new Set(PEERING_STATES));
  });

  it('always comes with a sentence', () => {
    for (const facts of all) expect(judge(facts).reason).toMatch(/\w/);
  });

  it('says active only where nothing is in the way and the routes are installed', () => {
    const active = all.filter((facts) => judge(facts).state === 'active');
    for (const facts of active) expect([facts.link, obstacleIn(facts)]).toEqual(['installed', undefined]);
  });

  it('names the two blocks that overlap, and what the fabric said', () => {
    const ready = { ...(all[0] as PeeringFacts), conflict: null };
    expect(judge({ ...ready, conflict: '10.0.0.0/24 overlaps 10.0.0.0/16' }).reason).toContain('10.0.0.0/16');
    expect(judge({ ...ready, link: 'failed', failure: 'no port left' }).reason).toContain('no port left');
  });
});

describe('the link of a peering', () => {
  const yes = true;
  const no = false;
  const cases: [(typeof LINK_PHASES)[number] | null, boolean, boolean, boolean, string][] = [
    // phase, wanted, current, retry due
    [null, yes, yes, no, 'install'],
    [null, yes, no, no, 'install'],
    [null, no, yes, no, 'keep'],
    ['installing', yes, no, no, 'keep'],
    ['installing', no, no, no, 'keep'],
    ['removing', yes, yes, yes, 'keep'],
    ['removing', no, yes, no, 'keep'],
    ['installed', yes, yes, no, 'keep'],
    ['installed', yes, no, no, 'install'],
    ['installed', no, yes, no, 'withdraw'],
    ['installed', no, no, no, 'withdraw'],
    ['failed', yes, yes, no, 'keep'],
    ['failed', yes, yes, yes, 'install'],
    ['failed', yes, no, no, 'install'],
    ['failed', no, yes, yes, 'forget'],
  ];

  it.each(cases)('%s, wanted %s, current %s, retry due %s: %s', (phase, isWanted, isCurrent, isRetryDue, action) => {
    expect(nextForLink({ phase, isWanted, isCurrent, isRetryDue })).toBe(action);
  });
});
