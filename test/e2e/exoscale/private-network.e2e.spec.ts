import { randomUUID } from 'node:crypto';
import { startStack, type Stack } from '@isthmus/testing';
import { ExoscaleClient, type Operation } from '../../fixtures/exoscale/exoscale-client';

interface PrivateNetwork {
  id: string;
  name: string;
  leases?: { ip: string; 'instance-id': string }[];
}

describe('Exoscale private networks', () => {
  let stack: Stack;
  let exoscale: ExoscaleClient;

  beforeAll(async () => {
    stack = await startStack();
    exoscale = await ExoscaleClient.inZone(stack, 'ch-gva-2');
  });
  afterAll(() => stack.stop());

  const RANGE = { 'start-ip': '10.0.0.10', 'end-ip': '10.0.0.50', netmask: '255.255.255.0' };
  const create = async (body: object = {}): Promise<string> =>
    (await exoscale.settle('POST', '/private-network', { name: 'net', options: {}, ...body })).reference.id;
  const get = async (id: string) => (await exoscale.send<PrivateNetwork>('GET', `/private-network/${id}`)).body;
  const attach = (id: string, instanceId: string, ip?: string) =>
    exoscale.settle('PUT', `/private-network/${id}:attach`, { instance: { id: instanceId }, ...(ip ? { ip } : {}) });

  describe('create', () => {
    it('answers an operation that leads to the network', async () => {
      const { status, headers, body } = await exoscale.send<Operation>('POST', '/private-network', {
        name: 'a',
        ...RANGE,
      });
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(headers.get('operation-id')).toBe(body.id);
      const { reference } = body;
      expect(reference).toEqual({
        id: expect.any(String),
        link: `/zone/ch-gva-2/v2/private-network/${reference.id}`,
        command: 'get-private-network',
      });
      expect(await exoscale.wait(body.id)).toEqual({ id: body.id, state: 'success', reference });
      expect(await get(reference.id)).toEqual({ id: reference.id, name: 'a', ...RANGE, vni: expect.any(Number) });
    });

    it('makes an unmanaged network without a range', async () => {
      const id = await create({ description: 'pure layer 2' });
      expect(await get(id)).toEqual({ id, name: 'net', description: 'pure layer 2', vni: expect.any(Number) });
    });

    it('keeps labels and options', async () => {
      const labels = { env: 'test' };
      const options = { routers: ['10.0.0.1'], 'dns-servers': ['9.9.9.9'], 'domain-search': ['a.example'] };
      expect(await get(await create({ ...RANGE, labels, options }))).toMatchObject({ labels, options });
    });

    it('gives equal ranges to different networks, which nobody routes', async () => {
      const [one, two] = [await create(RANGE), await create(RANGE)];
      expect(await get(one)).toMatchObject(RANGE);
      expect(await get(two)).toMatchObject(RANGE);
    });

    it.each<[string, object]>([
      ['without a name', { name: undefined }],
      ['with a start after its end', { ...RANGE, 'start-ip': '10.0.0.51' }],
      ['with a range outside its netmask', { ...RANGE, 'end-ip': '10.0.1.9' }],
      ['with half a range', { 'start-ip': '10.0.0.10' }],
      ['with a netmask that is none', { ...RANGE, netmask: '255.0.255.0' }],
      ['with a name that breaks lines', { name: 'a\nb' }],
    ])('refuses one %s, and makes no operation of it', async (_name, body) => {
      const before = await stack.database.query('SELECT count(*) FROM ops.operation');
      const { status, body: refusal } = await exoscale.send('POST', '/private-network', { name: 'x', ...body });
      expect([status, refusal]).toEqual([400, { message: expect.any(String), errors: expect.any(Array) }]);
      expect(await stack.database.query('SELECT count(*) FROM ops.operation')).toEqual(before);
    });
  });

  it('lists the networks of its own zone', async () => {
    const id = await create();
    const listIn = async (client: ExoscaleClient): Promise<string[]> => {
      const { body } = await client.send<{ 'private-networks': PrivateNetwork[] }>('GET', '/private-network');
      return body['private-networks'].map((network) => network.id);
    };
    expect(await listIn(exoscale)).toContain(id);
    const elsewhere = await ExoscaleClient.inZone(stack, 'de-fra-1');
    expect(await listIn(elsewhere)).not.toContain(id);
    expect((await elsewhere.send('GET', `/private-network/${id}`)).status).toBe(404);
  });

  describe('update', () => {
    it('changes what is given and leaves the rest', async () => {
      const id = await create({ ...RANGE, description: 'old', labels: { a: 'b' } });
      await exoscale.settle('PUT', `/private-network/${id}`, { name: 'new', 'end-ip': '10.0.0.60' });
      expect(await get(id)).toMatchObject({
        name: 'new',
        description: 'old',
        labels: { a: 'b' },
        'end-ip': '10.0.0.60',
      });
    });

    it('resets labels, which then are not shown at all', async () => {
      const id = await create({ labels: { a: 'b' } });
      await exoscale.settle('DELETE', `/private-network/${id}/labels`);
      expect(await get(id)).not.toHaveProperty('labels');
      expect((await exoscale.send('DELETE', `/private-network/${id}/name`)).status).toBe(400);
    });
  });

  describe('instances', () => {
    it('get a lease from the range, a static one anywhere in the network, and give it back', async () => {
      const id = await create(RANGE);
      const [first, second] = [randomUUID(), randomUUID()];
      await attach(id, first);
      await attach(id, second, '10.0.0.200');
      expect((await get(id)).leases).toEqual(
        expect.arrayContaining([
          { ip: '10.0.0.10', 'instance-id': first },
          { ip: '10.0.0.200', 'instance-id': second },
        ]),
      );
      await exoscale.settle('PUT', `/private-network/${id}:update-ip`, { instance: { id: first }, ip: '10.0.0.77' });
      expect((await get(id)).leases).toContainEqual({ ip: '10.0.0.77', 'instance-id': first });
      for (const instanceId of [first, second]) {
        await exoscale.settle('PUT', `/private-network/${id}:detach`, {
          instance: { id: instanceId, name: 'ignored' },
        });
      }
      expect(await get(id)).not.toHaveProperty('leases');
    });

    it('are shown with their networks, as the CLI wants them', async () => {
      const [id, instanceId] = [await create(), randomUUID()];
      await attach(id, instanceId);
      const { body } = await exoscale.send('GET', `/instance/${instanceId}`);
      expect(body).toMatchObject({
        id: instanceId,
        'secureboot-enabled': false,
        'tpm-enabled': false,
        'private-networks': [{ id, 'mac-address': expect.stringMatching(/^02:00:00(:[0-9a-f]{2}){3}$/) }],
      });
      const { body: list } = await exoscale.send<{ instances: { id: string }[] }>('GET', '/instance');
      expect(list.instances.map((instance) => instance.id)).toContain(instanceId);
    });

    it('are refused a taken address and one outside the network', async () => {
      const id = await create(RANGE);
      await attach(id, randomUUID(), '10.0.0.20');
      const tryWith = async (ip: string): Promise<number> =>
        (await exoscale.send('PUT', `/private-network/${id}:attach`, { instance: { id: randomUUID() }, ip })).status;
      expect([await tryWith('10.0.0.20'), await tryWith('10.0.1.20')]).toEqual([409, 400]);
    });

    it('keep their network from being deleted', async () => {
      const [id, instanceId] = [await create(RANGE), randomUUID()];
      await attach(id, instanceId);
      expect((await exoscale.send('DELETE', `/private-network/${id}`)).status).toBe(409);
      await exoscale.settle('PUT', `/private-network/${id}:detach`, { instance: { id: instanceId } });
      const { state } = await exoscale.settle('DELETE', `/private-network/${id}`);
      expect([state, (await exoscale.send('GET', `/private-network/${id}`)).status]).toEqual(['success', 404]);
    });
  });

  it('never changes an operation that has ended', async () => {
    const ended = await exoscale.settle('POST', '/private-network', { name: 'a' });
    await exoscale.settle('DELETE', `/private-network/${ended.reference.id}`);
    expect(await exoscale.wait(ended.id)).toEqual(ended);
  });

  it.each(['/v2', '', '/zone/fr-par-1/v2'])('is one and the same default zone under the base path %j', async (base) => {
    const client = ExoscaleClient.at(stack, base);
    const { reference } = await client.settle('POST', '/private-network', { name: 'a' });
    expect(reference.link).toBe(`${base}/private-network/${reference.id}`);
    expect((await ExoscaleClient.at(stack, '/v2').send('GET', `/private-network/${reference.id}`)).status).toBe(200);
  });

  it.each(['GET', 'PUT', 'DELETE'])('answers %s of a network that is not there with 404', async (method) => {
    const payload = method === 'PUT' ? { name: 'x' } : undefined;
    const { status, body } = await exoscale.send(method, `/private-network/${randomUUID()}`, payload);
    expect([status, body]).toEqual([404, { message: expect.any(String) }]);
  });
});
