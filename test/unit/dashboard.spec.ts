import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { metrics, startMeasuring } from '@isthmus/telemetry';

interface Panel {
  title: string;
  targets?: { expr: string }[];
}

const METRIC = /\b(?:isthmus|process|nodejs)_\w+/g;

/** The modules that declare metrics: loading one puts its metrics into the registry. */
function declaringModules(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.metrics.ts'))
    .map((file) => join(folder, file));
}

describe('the Grafana dashboard', () => {
  const { panels } = JSON.parse(readFileSync('deploy/grafana/isthmus.json', 'utf8')) as { panels: Panel[] };
  const named = panels.flatMap(({ title, targets = [] }) =>
    targets.flatMap(({ expr }) => (expr.match(METRIC) ?? []).map((metric) => ({ title, metric }))),
  );
  let known: string[];

  beforeAll(async () => {
    startMeasuring();
    for (const module of [...declaringModules('libs'), ...declaringModules('apps')])
      await import(join(process.cwd(), module));
    known = metrics.getMetricsAsArray().map(({ name }) => name);
  });

  it('shows only metrics that there are', () => {
    const series = new Set(known.flatMap((name) => [name, `${name}_bucket`, `${name}_count`, `${name}_sum`]));
    expect(named.filter(({ metric }) => !series.has(metric))).toEqual([]);
  });

  it('shows every metric of ours', () => {
    const shown = named.map(({ metric }) => metric.replace(/_(bucket|count|sum)$/, ''));
    expect(known.filter((name) => name.startsWith('isthmus_') && !shown.includes(name))).toEqual([]);
  });
});
