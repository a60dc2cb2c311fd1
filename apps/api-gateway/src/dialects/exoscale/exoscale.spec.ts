import type { OperationView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { createTestGateway, type TestGateway } from '../../gateway.fixture';
import { attachmentView, INSTANCE_ID, NETWORK_ID, networkView, OPERATION_ID, operationView } from '../../views.fixture';

describe('the Exoscale dialect', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await createTestGateway(50);
  });
  afterAll(() => gateway.close());
  beforeEach(() => {
    gateway.calls.length = 0;
    gateway.operations.clear();
    const accepted = () => ({ resource: networkView(), operation: operationView() });
    const attached = () => ({ resource: attachmentView(), operation: operationView() });
    Object.assign(gateway.handlers, {
      'private-network.create': accepted,
      'private-network.update': accepted,
      'private-network.delete': accepted,
      'private-network.get': () => networkView(),
      'private-network.list': () => ({ items: [networkView()], totalCount: 1 }),
      'attachment.create': attached,
      'attachment.update-ip': attached,
      'attachment.delete': attached,
      'subnet.list': () => [],
      'address.list': () => [],
    });
  });

  const send = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object) =>
    gateway.inject({ method, url, headers: { 'x-auth-token': gateway.keys.admin.secret }, payload });
  const store = (changes: Partial<OperationView>): void => {
    const { resource, reference, ...rest } = operationView(changes);
    gateway.operations.set(rest.id, {
      ...rest,
      projectId: gateway.keys.admin.projectId,
      resourceType: resource.type,
      resourceId: resource.id,
      referenceType: reference.type,
      referenceId: reference.id,
    });
  };
  const pending = (base: string) => ({
    id: OPERATION_ID,
    state: 'pending',
    reference: { id: NETWORK_ID, link: `${base}/private-network/${NETWORK_ID}`, command: 'get-private-network' },
  });

  const instance = { instance: { id: INSTANCE_ID, name: 'ignored' } };
  const mutations: [string, 'POST' | 'PUT' | 'DELETE', string, object | undefined, string][] = [
    ['create', 'POST', '', { name: 'a', options: {} }, 'private-network.create'],
    ['update', 'PUT', `/${NETWORK_ID}`, { description: 'b' }, 'private-network.update'],
    ['delete', 'DELETE', `/${NETWORK_ID}`, undefined, 'private-network.delete'],
    ['reset', 'DELETE', `/${NETWORK_ID}/labels`, undefined, 'private-network.update'],
    ['attach', 'PUT', `/${NETWORK_ID}:attach`, instance, 'attachment.create'],
    ['update-ip', 'PUT', `/${NETWORK_ID}:update-ip`, { ...instance, ip: '10.0.0.7' }, 'attachment.update-ip'],
    ['detach', 'PUT', `/${NETWORK_ID}:detach`, instance, 'attachment.delete'],
  ];

  describe.each(mutations)('%s', (_name, method, path, payload, pattern) => {
    it.each([
      ['/v2', 'fr-par-1'],
      ['/zone/ch-gva-2/v2', 'ch-gva-2'],
      ['', 'fr-par-1'],
    ])('answers 200 with its operation under %s', async (base, zone) => {
      const answer = await send(method, `${base}/private-network${path}`, payload);
      expect([answer.statusCode, answer.json()]).toEqual([200, pending(base)]);
      expect(answer.headers).toMatchObject({
        'operation-id': OPERATION_ID,
        'operation-location': `${base}/operation/${OPERATION_ID}`,
        'retry-after': '1',
      });
      expect(gateway.calls).toEqual([expect.objectContaining({ pattern })]);
      if (pattern !== 'attachment.delete') expect(gateway.calls[0]?.data).toMatchObject({ zone });
    });

    it('tells success early', async () => {
      store({ state: 'success' });
      gateway.signal(OPERATION_ID);
      const answer = await send(method, `/v2/private-network${path}`, payload);
      expect(answer.json()).toMatchObject({ state: 'success', reference: { id: NETWORK_ID } });
      expect(answer.headers).not.toHaveProperty('retry-after');
    });

    it('answers a failure as it was accepted, because the clients do not look', async () => {
      store({ state: 'failure', reason: 'conflict', message: 'Taken.' });
      gateway.signal(OPERATION_ID);
      const answer = await send(method, `/v2/private-network${path}`, payload);
      expect([answer.statusCode, answer.json()]).toEqual([200, pending('/v2')]);
      const polled = await send('GET', `/v2/operation/${OPERATION_ID}`);
      expect(polled.json()).toEqual({ ...pending('/v2'), state: 'failure', reason: 'conflict', message: 'Taken.' });
    });
  });

  it('sends no member to a service that the caller invented', async () => {
    await send('POST', '/v2/private-network', {
      name: 'a',
      id: NETWORK_ID,
      vni: 7,
      projectId: 'x',
      connectivity: 'joined',
    });
    expect(gateway.calls[0]?.data).not.toMatchObject({ vni: 7 });
    expect(gateway.calls[0]).toMatchObject({
      data: { connectivity: 'isolated' },
      context: { projectId: gateway.keys.admin.projectId, principal: gateway.keys.admin.accessKey },
    });
    expect(JSON.stringify(gateway.calls[0]?.data)).not.toMatch(/vni|projectId|"id"/);
  });

  it('keeps labels with awkward names', async () => {
    const labels = { toString: 'y', hasOwnProperty: 'x', prototype: 'z' };
    await send('POST', '/v2/private-network', { name: 'a', labels });
    expect(gateway.calls[0]?.data).toMatchObject({ labels });
  });

  it.each<[string, object, RegExp]>([
    ['no name', {}, /name is required/],
    ['an empty name', { name: '' }, /name must be text of 1 to 255/],
    ['a long name', { name: 'a'.repeat(256) }, /name must be text of 1 to 255/],
    ['a name with a line break', { name: 'a\r\nb' }, /control characters/],
    ['a number for a name', { name: 7 }, /name must be text/],
    ['a long description', { name: 'a', description: 'd'.repeat(256) }, /description/],
    ['a label with a control character', { name: 'a', labels: { a: 'b\u0007' } }, /labels/],
    ['labels that are no texts', { name: 'a', labels: { a: 1 } }, /labels/],
    ['a list of labels', { name: 'a', labels: ['a'] }, /labels/],
    [
      'octal addresses',
      { name: 'a', 'start-ip': '010.0.0.1', 'end-ip': '10.0.0.9', netmask: '255.0.0.0' },
      /start-ip must be an IPv4/,
    ],
    ['half a range', { name: 'a', 'start-ip': '10.0.0.1' }, /end-ip is required; netmask is required/],
    ['a router that is no address', { name: 'a', options: { routers: ['nobody'] } }, /options\.routers/],
    ['options that are no object', { name: 'a', options: 'none' }, /options/],
    ['endless options', { name: 'a', options: { 'domain-search': Array(17).fill('a') } }, /options\.domain-search/],
  ])('refuses %s, in the POST and without an operation', async (_name, payload, words) => {
    const answer = await send('POST', '/v2/private-network', payload);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().message).toMatch(words);
    expect(gateway.calls).toEqual([]);
  });

  it.each<[string, object]>([
    ['no instance', {}],
    ['an instance without id', { instance: {} }],
    ['an instance that is a text', { instance: INSTANCE_ID }],
    ['an id that is no UUID', { instance: { id: 'web-1' } }],
    ['an address that is none', { ...instance, ip: 'fd00::1' }],
  ])('refuses to attach %s', async (_name, payload) => {
    expect((await send('PUT', `/v2/private-network/${NETWORK_ID}:attach`, payload)).statusCode).toBe(400);
    expect(gateway.calls).toEqual([]);
  });

  it('resets labels and nothing else', async () => {
    await send('DELETE', `/v2/private-network/${NETWORK_ID}/labels`);
    expect(gateway.calls[0]?.data).toMatchObject({ labels: {} });
    expect((await send('DELETE', `/v2/private-network/${NETWORK_ID}/name`)).statusCode).toBe(400);
  });

  it('passes on what a service refuses', async () => {
    gateway.handlers['private-network.delete'] = () => {
      throw new ProblemError('precondition-failed', 'Detach its 1 instance first.');
    };
    const answer = await send('DELETE', `/v2/private-network/${NETWORK_ID}`);
    expect([answer.statusCode, answer.json()]).toEqual([409, { message: 'Detach its 1 instance first.' }]);
  });

  it('lists networks with one call each for all subnets and all leases', async () => {
    const other = networkView({ id: INSTANCE_ID });
    gateway.handlers['private-network.list'] = () => ({ items: [networkView(), other], totalCount: 2 });
    const answer = await send('GET', '/v2/private-network');
    expect(answer.json()['private-networks']).toHaveLength(2);
    expect(gateway.calls.map(({ pattern }) => pattern).sort()).toEqual([
      'address.list',
      'private-network.list',
      'subnet.list',
    ]);
  });

  it('shows operations of its own project only', async () => {
    store({ state: 'success' });
    expect((await send('GET', `/zone/ch-gva-2/v2/operation/${OPERATION_ID}`)).statusCode).toBe(200);
    const { secret } = gateway.keys.reader;
    const foreign = await gateway.inject({ url: `/v2/operation/${OPERATION_ID}`, headers: { 'x-auth-token': secret } });
    const missing = await send('GET', `/v2/operation/${NETWORK_ID}`);
    expect([foreign.statusCode, missing.statusCode]).toEqual([404, 404]);
    expect(foreign.json().message.replace(OPERATION_ID, NETWORK_ID)).toBe(missing.json().message);
  });

  it('names absolute endpoints to everybody, as the caller reaches this gateway', async () => {
    const zones = async (headers: Record<string, string>) =>
      (await gateway.inject({ url: '/v2/zone', headers })).json().zones[0]['api-endpoint'];
    expect(await zones({ host: 'api.example:8080' })).toBe('http://api.example:8080/zone/fr-par-1/v2');
    expect(await zones({ host: 'api.example', 'x-forwarded-proto': 'https' })).toBe(
      'https://api.example/zone/fr-par-1/v2',
    );
    expect(await zones({ host: 'evil"/><x' })).not.toContain('evil');
  });

  it('says what little it knows of machines', async () => {
    Object.assign(gateway.handlers, {
      'instance.get': () => ({
        id: INSTANCE_ID,
        projectId: 'p',
        region: 'fr-par',
        zone: 'fr-par-1',
        name: 'web',
        createdAt: '2026-08-05T12:59:37.782632Z',
      }),
      'attachment.list': () => ({ items: [attachmentView()], totalCount: 1 }),
    });
    const { 'instance-type': type, template, ...rest } = (await send('GET', `/v2/instance/${INSTANCE_ID}`)).json();
    expect(rest).toMatchObject({
      'secureboot-enabled': false,
      'tpm-enabled': false,
      'private-networks': [{ id: NETWORK_ID }],
    });
    expect((await send('GET', `/v2/instance-type/${type.id}`)).statusCode).toBe(200);
    expect((await send('GET', `/v2/template/${template.id}`)).statusCode).toBe(200);
    expect((await send('GET', `/v2/reverse-dns/instance/${INSTANCE_ID}`)).statusCode).toBe(404);
    expect((await send('GET', `/zone/ch-gva-2/v2/instance/${INSTANCE_ID}`)).statusCode).toBe(404);
  });
});
