import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ApiClient, type AppName, type Stack, startStack, until } from '@isthmus/testing';
import { type Collector, startCollector } from '../../fixtures/tracing/collector';
import type { ToldSpan } from '../../fixtures/tracing/otlp';
import { type Receiver, startReceiver } from '../../fixtures/webhooks/receiver';
import { FAST, WebhookClient } from '../../fixtures/webhooks/webhooks';

/** Those that take part in the making of a private network. */
const APPS: AppName[] = ['api-gateway', 'network-svc', 'ipam-svc'];
const QUICK = { OTEL_BSP_SCHEDULE_DELAY: '50' };
const MANAGED = { name: 'traced', 'start-ip': '10.0.0.2', 'end-ip': '10.0.3.254', netmask: '255.255.252.0' };
const TELL_LOADED = join(__dirname, '../../fixtures/tracing/tell-loaded.cjs');

/** A client that has a span of its own. */
function newTrace(flags = '01'): { traceId: string; spanId: string; traceparent: string } {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${flags}` };
}

function send(stack: Stack, method: string, path: string, headers: object, body?: object): Promise<Response> {
  return fetch(stack.url + path, {
    method,
    headers: { 'x-auth-token': stack.credentials.secretKey, 'content-type': 'application/json', ...headers },
    body: body && JSON.stringify(body),
  });
}

describe('traces', () => {
  let collector: Collector;
  let receiver: Receiver;
  let stack: Stack;

  beforeAll(async () => {
    [collector, receiver] = await Promise.all([startCollector(), startReceiver()]);
    stack = await startStack({ env: { ...FAST, ...QUICK, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
  }, 60_000);
  afterAll(async () => {
    await stack.stop();
    await Promise.all([collector.stop(), receiver.stop()]);
  });

  const create = (headers: object): Promise<Response> => send(stack, 'POST', '/v2/private-network', headers, MANAGED);

  describe('of a private network that is made', () => {
    const client = newTrace();
    let operationId: string;
    let answer: Response;

    beforeAll(async () => {
      await new WebhookClient(stack).create(receiver.url, ['operation.*']);
      answer = await create({ traceparent: client.traceparent, 'x-request-id': 'ticket-7' });
      operationId = ((await answer.json()) as { id: string }).id;
      await ApiClient.of(stack).ended(operationId);
    });

    const find = (name: string, service: string, kind: ToldSpan['kind']): Promise<ToldSpan> =>
      collector.find(
        `${kind} ${name} of ${service}`,
        (span) =>
          span.traceId === client.traceId && span.name === name && span.service === service && span.kind === kind,
      );

    it('lead from the client through request, calls, operation and steps to ipam-svc', async () => {
      const http = await find('POST /v2/private-network', 'isthmus-api-gateway', 'server');
      const asked = await find('network/private-network.create', 'isthmus-api-gateway', 'client');
      const accepted = await find('network/private-network.create', 'isthmus-network-svc', 'server');
      const operation = await find('operation private-network.create', 'isthmus-network-svc', 'consumer');
      const reserve = await find('do reserve-subnets', 'isthmus-network-svc', 'internal');
      const ensure = await find('do ensure-network', 'isthmus-network-svc', 'internal');
      const askedIpam = await find('ipam/subnet.reserve', 'isthmus-network-svc', 'client');
      const reserved = await find('ipam/subnet.reserve', 'isthmus-ipam-svc', 'server');
      const links = [http, asked, accepted, operation, reserve, askedIpam, reserved];
      const parents = [client, ...links].slice(0, links.length);
      expect(links.map(({ parentSpanId }) => parentSpanId)).toEqual(parents.map(({ spanId }) => spanId));
      expect(ensure.parentSpanId).toBe(operation.spanId);
      expect([...links, ensure].filter(({ isError }) => isError)).toEqual([]);
    });

    it('go on to the receiver of its webhook', async () => {
      const operation = await find('operation private-network.create', 'isthmus-network-svc', 'consumer');
      const webhook = await find('webhook operation.succeeded', 'isthmus-api-gateway', 'client');
      expect(webhook.parentSpanId).toBe(operation.spanId);
      expect(webhook.attributes).toMatchObject({ 'http.response.status_code': 204, 'server.address': '127.0.0.1' });
      const [received] = receiver.received.filter(({ event }) => event.traceparent?.includes(client.traceId));
      expect(received?.headers.traceparent).toBe(`00-${client.traceId}-${webhook.spanId}-01`);
      expect(received?.event.traceparent).toBe(`00-${client.traceId}-${operation.spanId}-01`);
    });

    it('are found by the ids that the client knows', async () => {
      const http = await find('POST /v2/private-network', 'isthmus-api-gateway', 'server');
      expect(answer.headers.get('traceparent')).toBe(client.traceparent);
      expect(http.attributes).toMatchObject({
        'http.request.method': 'POST',
        'http.route': '/v2/private-network',
        'http.response.status_code': 200,
        'isthmus.dialect': 'exoscale',
        'isthmus.request_id': 'ticket-7',
        'isthmus.project_id': stack.credentials.projectId,
      });
      const operation = await find('operation private-network.create', 'isthmus-network-svc', 'consumer');
      expect(operation.attributes).toMatchObject({
        'isthmus.operation.id': operationId,
        'isthmus.operation.attempt': 1,
        'isthmus.operation.outcome': 'success',
        'isthmus.request_id': 'ticket-7',
      });
    });

    it('are what the operation and the audit store', async () => {
      const accepted = await find('network/private-network.create', 'isthmus-network-svc', 'server');
      const traceparent = `00-${client.traceId}-${accepted.spanId}-01`;
      const ofOperation = 'SELECT traceparent FROM ops.operation WHERE id = $1';
      expect(await stack.database.query(ofOperation, [operationId])).toEqual([{ traceparent }]);
      const ofAudit = 'SELECT traceparent FROM ops.audit_entry WHERE operation_id = $1';
      expect(await stack.database.query(ofAudit, [operationId])).toEqual([{ traceparent }]);
    });
  });

  it.each([undefined, 'nonsense'])('begin here for a client without one, which is told it: %s', async (given) => {
    const answer = await create(given === undefined ? {} : { traceparent: given });
    const [, traceId, spanId] = answer.headers.get('traceparent')?.split('-') ?? [];
    const http = await collector.find('the request', (span) => span.spanId === spanId);
    expect(http).toMatchObject({ traceId, parentSpanId: '', name: 'POST /v2/private-network' });
  });

  it('tell of refusals, and of no query', async () => {
    const client = newTrace();
    const { traceparent } = client;
    await send(stack, 'GET', '/v2/private-network/0b0c6f1e-7c1d-4f0a-9e55-0d8a5c6b7e21?token=hunter2', { traceparent });
    const inTrace = (name: string) => (span: ToldSpan) => span.traceId === client.traceId && span.name === name;
    const http = await collector.find('the request', inTrace('GET /v2/private-network/:id'));
    expect([http.isError, http.attributes['http.response.status_code']]).toEqual([false, 404]);
    expect(JSON.stringify(collector.spans)).not.toContain('hunter2');
    expect(JSON.stringify(collector.spans)).not.toContain(stack.credentials.secretKey);
  });

  it('tell of a client that left before its answer', async () => {
    const client = newTrace();
    const { hostname, port } = new URL(stack.url);
    const body = JSON.stringify(MANAGED);
    const head = [
      'POST /v2/private-network HTTP/1.1',
      `host: ${hostname}`,
      `x-auth-token: ${stack.credentials.secretKey}`,
      `traceparent: ${client.traceparent}`,
      'content-type: application/json',
      `content-length: ${body.length}`,
    ];
    const socket = connect(Number(port), hostname);
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
    const isIt = ({ traceId, kind }: ToldSpan): boolean => traceId === client.traceId && kind === 'server';
    const http = await collector.find('the request', (span) => isIt(span) && span.service === 'isthmus-api-gateway');
    expect([http.isError, http.attributes['isthmus.outcome']]).toEqual([false, 'client_left']);
    expect(http.attributes).not.toHaveProperty(['http.response.status_code']);
  });

  it('leave out what the client does not want sampled, and questions of health', async () => {
    const [unwanted, wanted] = [newTrace('00'), newTrace()];
    expect((await send(stack, 'GET', '/healthz', { traceparent: wanted.traceparent })).status).toBe(200);
    const { id } = (await (await create({ traceparent: unwanted.traceparent })).json()) as { id: string };
    await ApiClient.of(stack).ended(id);
    // Each process sends in order: what comes after has come.
    await send(stack, 'GET', '/v2/private-network', { traceparent: wanted.traceparent });
    for (const name of ['GET /v2/private-network', 'network/private-network.list']) {
      const isIt = (span: ToldSpan): boolean => span.traceId === wanted.traceId && span.name === name;
      await collector.find(name, (span) => isIt(span) && span.kind === 'server');
    }
    expect(collector.spans.filter(({ traceId }) => traceId === unwanted.traceId)).toEqual([]);
    expect(collector.spans.filter(({ name }) => name.includes('health'))).toEqual([]);
  });

  it('are named by the log lines of a request, also of one that told none', async () => {
    await stack.redis.kill();
    const answer = await create({});
    await stack.redis.restart();
    expect(answer.status).toBe(503);
    const [, traceId] = answer.headers.get('traceparent')?.split('-') ?? [];
    const [gateway] = stack.processes('api-gateway');
    const isIt = (line: string): boolean => line.includes('request failed') && line.includes(`"traceId":"${traceId}"`);
    await until('the failure is logged', () => gateway?.output().split('\n').some(isIt));
    const http = await collector.find('the request', (span) => span.traceId === traceId && span.kind === 'server');
    expect([http.isError, http.attributes['error.type']]).toEqual([true, '503']);
    const asked = await collector.find('the call', (span) => span.traceId === traceId && span.kind === 'client');
    expect([asked.isError, asked.attributes['error.type']]).toEqual([true, 'unavailable']);
  });

  it('cost a process that is not asked for any nothing: it loads no SDK', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: '', NODE_OPTIONS: `--require ${TELL_LOADED}` };
    const service = await stack.start('ipam-svc', env);
    await service.signal('SIGTERM');
    const told = await until('it tells what it loaded', () => /^loaded: (.*)$/m.exec(service.output())?.[1]);
    // The library of the metrics needs the API, which is types and stubs.
    expect(JSON.parse(told)).toEqual(['@opentelemetry/api']);
  });
});

describe('traces without a collector', () => {
  let stack: Stack;

  beforeAll(async () => {
    // Nobody listens at the port that is reserved for that.
    const away = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_EXPORTER_OTLP_TIMEOUT: '100' };
    stack = await startStack({ env: { ...QUICK, ...away } });
  }, 60_000);
  afterAll(() => stack.stop());

  it('are lost, which the log says once, and hold nothing up', async () => {
    const client = ApiClient.of(stack);
    const complaints = (app: AppName): number =>
      (stack.processes(app)[0]?.output() ?? '').split('traces are incomplete').length - 1;
    await client.succeed('POST', '/v2/private-network', MANAGED);
    for (const app of APPS) {
      await until(`${app} misses the collector`, () => complaints(app) > 0);
    }
    const { reference } = await client.succeed('POST', '/v2/private-network', MANAGED);
    await client.succeed('DELETE', `/v2/private-network/${reference.id}`);
    await Promise.all(APPS.flatMap((app) => stack.processes(app)).map((service) => service.signal('SIGTERM')));
    expect(APPS.map(complaints)).toEqual([1, 1, 1]);
    const logs = APPS.flatMap((app) => stack.processes(app)).map((service) => service.output());
    expect(logs.filter((log) => log.includes('could not drain') || log.includes('drained with an error'))).toEqual([]);
  });
});
