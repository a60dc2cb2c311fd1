import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Environment, Settings } from '@isthmus/settings';
import type { Logger } from './logger';
import { metrics, startMeasuring } from './metrics';

/** By name, what must work before the process can. A check that rejects has failed. */
export type ReadinessChecks = Record<string, () => Promise<boolean> | boolean>;

/** Who asks for readiness wants to know now. */
const CHECK_WITHIN_MS = 2_000;

/**
 * `/metrics` for Prometheus, `/healthz` (200 while the process can answer at all) and `/readyz` (200 when it serves, 503
 * with what is missing else), on a port of their own: nothing here is for the clients of the API.
 */
export class MetricsServer {
  private checks: ReadinessChecks | undefined;
  private isDraining = false;

  private constructor(
    private readonly server: Server,
    /** E.g. `http://127.0.0.1:9464`. */
    readonly url: string,
  ) {}

  /**
   * Listens on `METRICS_HOST` (127.0.0.1) and `METRICS_PORT` (0: any free one); undefined when no port is set. Throws when
   * the port is no number or taken.
   */
  static async start(
    service: string,
    logger: Logger,
    env: Environment = process.env,
  ): Promise<MetricsServer | undefined> {
    const settings = new Settings(env);
    if (settings.text('METRICS_PORT') === undefined) return undefined;
    const host = settings.text('METRICS_HOST') ?? '127.0.0.1';
    const port = settings.wholeNumber('METRICS_PORT', 0, 65_535);
    settings.check(service);
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    const started = new MetricsServer(server, urlOf(server.address() as AddressInfo));
    startMeasuring();
    server.on('request', (request, response: ServerResponse) => {
      started.answer(pathOf(request.url), response).catch((error: unknown) => {
        logger.error({ err: error }, 'a question for metrics or health failed');
        response.destroy();
      });
    });
    // The process lives as long as what it measures.
    server.unref();
    logger.info({ url: started.url }, 'metrics and health');
    return started;
  }

  /** It serves from now on, as long as `checks` hold. */
  serves(checks: ReadinessChecks): void {
    this.checks = checks;
  }

  /** It stops: nobody shall send it anything new. */
  drains(): void {
    this.isDraining = true;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(path: string, response: ServerResponse): Promise<void> {
    switch (path) {
      case '/metrics':
        return send(response, 200, metrics.contentType, await metrics.metrics());
      case '/healthz':
        return sendJson(response, 200, { status: 'ok' });
      case '/readyz': {
        const missing = await this.missing();
        return sendJson(response, missing.length === 0 ? 200 : 503, {
          status: missing.length === 0 ? 'ready' : 'not ready',
          missing,
        });
      }
      default:
        return sendJson(response, 404, { status: 'unknown path', paths: ['/metrics', '/healthz', '/readyz'] });
    }
  }

  private async missing(): Promise<string[]> {
    if (this.isDraining) return ['draining'];
    if (!this.checks) return ['starting'];
    const looked = Object.entries(this.checks).map(async ([name, check]) => ((await holds(check)) ? [] : [name]));
    return (await Promise.all(looked)).flat();
  }
}

async function holds(check: ReadinessChecks[string]): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), CHECK_WITHIN_MS)));
  try {
    return await Promise.race([(async () => check())(), late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  send(response, status, 'application/json', JSON.stringify(body));
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType }).end(body);
}

function pathOf(url = '/'): string {
  return url.split('?', 1)[0] as string;
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
