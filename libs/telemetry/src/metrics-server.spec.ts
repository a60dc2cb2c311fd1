import { createLogger } from './logger';
import { MetricsServer } from './metrics-server';

describe('the metrics server', () => {
  const logger = createLogger('test', 'silent');
  let server: MetricsServer;

  beforeEach(async () => {
    const started = await MetricsServer.start('test', logger, { METRICS_PORT: '0' });
    if (!started) throw new Error('it did not start');
    server = started;
  });
  afterEach(() => server.close());

  const ready = async (): Promise<[status: number, body: unknown]> => {
    const answer = await fetch(`${server.url}/readyz`);
    return [answer.status, await answer.json()];
  };

  it('is off without a port', async () => {
    expect(await MetricsServer.start('test', logger, { METRICS_PORT: '' })).toBeUndefined();
  });

  it('refuses what is no port', async () => {
    await expect(MetricsServer.start('test', logger, { METRICS_PORT: 'many' })).rejects.toThrow(/METRICS_PORT/);
  });

  it('refuses a port that is taken', async () => {
    const { port } = new URL(server.url);
    await expect(MetricsServer.start('test', logger, { METRICS_PORT: port })).rejects.toThrow(/EADDRINUSE/);
  });

  it('tells the metrics of the process', async () => {
    const answer = await fetch(`${server.url}/metrics`);
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(await answer.text()).toContain('process_resident_memory_bytes');
  });

  it('is alive from the start, and ready while it serves and its checks hold', async () => {
    let isUp = true;
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect(await ready()).toEqual([503, { status: 'not ready', missing: ['starting'] }]);
    server.serves({ bus: () => isUp, database: () => Promise.resolve(true) });
    expect(await ready()).toEqual([200, { status: 'ready', missing: [] }]);
    isUp = false;
    expect(await ready()).toEqual([503, { status: 'not ready', missing: ['bus'] }]);
    server.serves({ database: () => Promise.reject(new Error('away')) });
    expect(await ready()).toEqual([503, { status: 'not ready', missing: ['database'] }]);
    server.serves({});
    server.drains();
    expect(await ready()).toEqual([503, { status: 'not ready', missing: ['draining'] }]);
  });
});
