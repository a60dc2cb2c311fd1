import { randomUUID } from 'node:crypto';
import { startStack, type Stack } from '@isthmus/testing';
import { type PlainHttp, plainHttp } from '../../fixtures/scaleway/http';

describe('Scaleway over plain HTTP', () => {
  let stack: Stack;
  let send: PlainHttp;

  beforeAll(async () => {
    stack = await startStack();
    send = plainHttp(stack);
  });
  afterAll(() => stack.stop());

  const NETWORKS = '/vpc/v2/regions/fr-par/private-networks';

  it('has the exact content type on every answer, and the operation beside the network', async () => {
    const created = await send('POST', NETWORKS, '{"name":"pn"}');
    expect(created).toMatchObject({ status: 200, body: { operation: { state: 'success', id: expect.any(String) } } });
    expect(created.body.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    const path = `${NETWORKS}/${created.body.id}`;
    const answers = [created, await send('GET', path), await send('GET', `${NETWORKS}/x`), await send('DELETE', path)];
    expect(answers.map(({ headers }) => headers.get('content-type'))).toEqual(Array(4).fill('application/json'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 204]);
    const operation = await send('GET', created.headers.get('operation-location') as string);
    expect(operation.body).toMatchObject({ id: created.body.operation.id, state: 'success' });
  });

  it('writes the times, addresses and totals of NICs as the older API does', async () => {
    const { body: network } = await send('POST', NETWORKS, '{"name":"pn"}');
    const nics = `/instance/v1/zones/fr-par-1/servers/${randomUUID()}/private_nics`;
    const created = await send('POST', nics, JSON.stringify({ private_network_id: network.id }));
    expect([created.status, created.body.private_nic.creation_date]).toEqual([
      201,
      expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/),
    ]);
    // One address of each family, IPv4 first.
    expect(created.body.private_nic.ipam_ip_ids).toHaveLength(2);
    const list = await send('GET', nics);
    expect(list.body.private_nics).toEqual([created.body.private_nic]);
    expect(Object.keys(list.body)).toEqual(['private_nics']);
    expect(list.headers.get('x-total-count')).toBe('1');
    expect(list.headers.get('link')).toMatch(/^<\/servers\/.+\/private_nics\?page=1&per_page=50&>; rel="last"$/);
  });

  it.each<[string, string, Record<string, string>, number]>([
    ['broken JSON', '{', {}, 400],
    ['__proto__', '{"__proto__":{}}', {}, 400],
    ['a list', '[]', {}, 400],
    ['deep nesting', '['.repeat(100) + ']'.repeat(100), {}, 400],
    ['a form', 'name=pn', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['more than 256 kB', JSON.stringify({ name: 'a'.repeat(300_000) }), {}, 413],
  ])('refuses %s with details', async (_name, body, headers, status) => {
    expect(await send('POST', NETWORKS, body, headers)).toMatchObject({
      status,
      body: {
        type: 'invalid_arguments',
        details: [{ argument_name: 'body', reason: 'format', help_message: expect.any(String) }],
      },
    });
  });

  it('makes no operation of bad input', async () => {
    const count = (): Promise<unknown> => stack.database.query('SELECT count(*) FROM ops.operation');
    const before = await count();
    for (const body of [
      '{"subnets":["10.0.0.0/40"]}',
      '{"subnets":["8.8.8.0/24"]}',
      '{"vpc_id":"x"}',
      '{"tags":[1]}',
    ]) {
      expect(await send('POST', NETWORKS, body)).toMatchObject({ status: 400, body: { type: 'invalid_arguments' } });
    }
    expect(await count()).toEqual(before);
  });

  it('shows an Exoscale network too, and is shown there', async () => {
    const exoscale = await send('POST', '/v2/private-network', '{"name":"layer 2"}');
    expect((await send('GET', `${NETWORKS}/${exoscale.body.reference.id}`)).body).toMatchObject({
      name: 'layer 2',
      subnets: [],
    });
    const scaleway = await send('POST', NETWORKS, '{"name":"routed"}');
    expect((await send('GET', `/v2/private-network/${scaleway.body.id}`)).body).toMatchObject({
      name: 'routed',
      'start-ip': expect.any(String),
      netmask: '255.255.252.0',
    });
  });
});
