import { Levels, metrics, startMeasuring, Tally, Timing } from './metrics';

describe('metrics', () => {
  const tally = new Tally({ name: 'test_things_total', help: 'Things.', labels: ['kind'] });
  const timing = new Timing({ name: 'test_seconds', help: 'Time.', labels: ['kind'], upToSeconds: [1, 10] });
  const levels = new Levels({ name: 'test_level', help: 'A level.', labels: ['kind'] });
  const text = (name: string): Promise<string> => metrics.getSingleMetricAsString(name);

  it('count and time nothing until somebody measures, and everything from then on', async () => {
    tally.add({ kind: 'a' });
    timing.observe({ kind: 'a' }, 2);
    expect(await text('test_things_total')).not.toContain('kind="a"');
    expect(await text('test_seconds')).not.toContain('kind="a"');

    startMeasuring();
    tally.add({ kind: 'a' });
    timing.observe({ kind: 'a' }, 2);
    expect(await text('test_things_total')).toContain('test_things_total{kind="a"} 1');
    expect(await text('test_seconds')).toContain('test_seconds_bucket{le="10",kind="a"} 1');
    expect(await text('test_seconds')).toContain('test_seconds_bucket{le="1",kind="a"} 0');
  });

  it('look levels up when they are asked for, and forget those that are gone', async () => {
    let value = 1;
    const stop = levels.readFrom(() => Promise.resolve([{ labels: { kind: 'a' }, value }]));
    expect(await text('test_level')).toContain('test_level{kind="a"} 1');
    value = 2;
    expect(await text('test_level')).toContain('test_level{kind="a"} 2');
    stop();
    expect(await text('test_level')).not.toContain('kind="a"');
  });

  it('leave out and count a level that cannot be read', async () => {
    const stops = [
      levels.readFrom(() => Promise.reject(new Error('away'))),
      levels.readFrom(() => [{ labels: { kind: 'b' }, value: 3 }]),
    ];
    expect(await text('test_level')).toContain('test_level{kind="b"} 3');
    expect(await text('isthmus_metrics_unread_total')).toContain('isthmus_metrics_unread_total{metric="test_level"} 1');
    for (const stop of stops) stop();
  });
});
