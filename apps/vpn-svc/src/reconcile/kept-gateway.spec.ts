import { isOutdated, judge, type KeptGateway, newsIn, type Observation, withVerdicts } from './kept-gateway';

const KEPT = {
  endpoints: ['up', 'failed', 'missing'].map((id) => ({ id, revision: '3', health: 'up' })),
  connections: ['tunnel', 'silent', 'unloaded'].map((id) => ({ connection: { id, revision: '5', tunnel: 'down' } })),
} as KeptGateway;

const SEEN: Observation = {
  endpoints: new Map([
    ['up', { endpointId: 'up', revision: 3n, isUp: true }],
    ['failed', { endpointId: 'failed', revision: 3n, isUp: false }],
  ]),
  connections: new Map(['tunnel', 'silent'].map((id) => [id, { connectionId: id, revision: 5n }])),
  sas: new Map([['tunnel', { connectionId: 'tunnel', endpointId: 'up', revision: 5n, state: 'established' }]]),
};

describe('the judgement of what the driver has', () => {
  it('says nothing of what the driver does not know', () => {
    expect(judge(KEPT, SEEN)).toEqual({
      endpoints: [
        { id: 'up', revision: '3', health: 'up' },
        { id: 'failed', revision: '3', health: 'down' },
      ],
      connections: [
        { id: 'tunnel', revision: '5', health: 'up' },
        { id: 'silent', revision: '5', health: 'down' },
      ],
    });
  });

  it('is news once, until the rows say the same', () => {
    const verdicts = judge(KEPT, SEEN);
    expect(newsIn(KEPT, verdicts)).toEqual({
      endpoints: [{ id: 'failed', revision: '3', health: 'down' }],
      connections: [{ id: 'tunnel', revision: '5', health: 'up' }],
    });
    expect(newsIn(withVerdicts(KEPT, verdicts), verdicts)).toEqual({ endpoints: [], connections: [] });
  });
});

describe('a driver', () => {
  it.each([
    { known: 6n, is: false },
    { known: 5n, is: false },
    { known: 4n, is: false },
    { known: 3n, is: true },
  ])('that has revision $known of a row at 5 is behind: $is', ({ known, is }) => {
    expect(isOutdated({ revision: '5' }, { revision: known })).toBe(is);
  });
});
