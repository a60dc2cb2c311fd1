import { randomUUID } from 'node:crypto';
import { ApiClient, type Stack, startStack } from '@isthmus/testing';
import { MANAGED, NETWORKS, strangerTo } from '../contract/operations';

const INSTANCES = '/v1/instances';

interface Instance {
  id: string;
  name: string;
  zone: string;
}

describe('the registry of instances', () => {
  let stack: Stack;
  let client: ApiClient;

  beforeAll(async () => {
    stack = await startStack({ env: { INSTANCE_REGISTRY: 'strict' } });
    client = ApiClient.of(stack);
  });
  afterAll(() => stack.stop());

  const register = async (instance: object = {}) =>
    client.send<Instance & { code: string }>('POST', INSTANCES, { name: 'web', zone: 'fr-par-1', ...instance });

  it('takes a machine under its own id, once and for all, with the region of its zone', async () => {
    const id = randomUUID();
    const { status, body } = await register({ id });
    expect([status, body]).toEqual([
      201,
      expect.objectContaining({ id, name: 'web', zone: 'fr-par-1', region: 'fr-par' }),
    ]);
    expect((await register({ id: id.toUpperCase() })).body).toEqual(body);
    for (const change of [{ name: 'other' }, { zone: 'fr-par-2' }]) {
      const answer = await register({ id, ...change });
      expect([answer.status, answer.body.code]).toEqual([409, 'already-exists']);
    }
    expect((await client.send('GET', `${INSTANCES}/${id}`)).body).toEqual(body);
    // By a name that another dialect has for a zone.
    const alias = await register({ zone: 'ch-gva-2' });
    expect([alias.status, alias.body.id]).toEqual([201, expect.any(String)]);
  });

  it('lets only registered machines attach when it is strict, and shows their names in other dialects', async () => {
    const { body: machine } = await register({ zone: 'ch-gva-2' });
    const { reference } = await client.succeed('POST', NETWORKS, { name: 'net', ...MANAGED });
    const attach = (id: string) => client.send('PUT', `${NETWORKS}/${reference.id}:attach`, { instance: { id } });
    expect((await attach(randomUUID())).status).toBe(404);
    const zone = '/zone/ch-gva-2/v2';
    const shown = () => client.send('GET', `${zone}/instance/${machine.id}`);
    expect((await shown()).body.name).toBe('web');
    const renamed = await client.send('PATCH', `${INSTANCES}/${machine.id}`, { name: 'renamed' });
    expect([renamed.status, renamed.body.name]).toEqual([200, 'renamed']);
    expect((await shown()).body.name).toBe('renamed');
  });

  it('keeps a machine until it is detached', async () => {
    const { body: machine } = await register();
    const zone = '/zone/fr-par-1/v2';
    const { reference } = await client.succeed('POST', `${zone}/private-network`, { name: 'net', ...MANAGED });
    const network = `${zone}/private-network/${reference.id}`;
    const instance = { id: machine.id };
    await client.succeed('PUT', `${network}:attach`, { instance });
    const kept = await client.send('DELETE', `${INSTANCES}/${machine.id}`);
    expect([kept.status, kept.body.code]).toEqual([409, 'conflict']);
    await client.succeed('PUT', `${network}:detach`, { instance });
    expect((await client.send('DELETE', `${INSTANCES}/${machine.id}`)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) {
      expect((await client.send(method, `${INSTANCES}/${machine.id}`)).status).toBe(404);
    }
  });

  it('is listed in pages in the order of registration', async () => {
    const { body: project } = await client.send('POST', '/v1/projects', { name: 'paged' });
    const key = { name: 'key', projectId: project.id, scope: 'write' };
    const { body } = await client.send('POST', '/v1/api-keys', key);
    const owner = new ApiClient(stack.url, body.secretKey as string);
    const made: unknown[] = [];
    for (let n = 0; n < 5; n++) {
      made.push((await owner.send('POST', INSTANCES, { name: `m${n}`, zone: 'nl-ams-1' })).body);
    }
    const told: Instance[] = [];
    for (let next: string | null = ''; next !== null;) {
      const path: string = `${INSTANCES}?limit=2${next && `&cursor=${next}`}`;
      const page = (await owner.send<{ items: Instance[]; next: string | null }>('GET', path)).body;
      told.push(...page.items);
      next = page.next;
    }
    expect(told).toEqual(made);
    expect((await owner.send('GET', `${INSTANCES}?cursor=x`)).status).toBe(400);
  });

  it('knows nothing of the machines of others, and checks what it is told', async () => {
    const { body: machine } = await register();
    const stranger = await strangerTo(stack);
    for (const [method, body] of [['GET'], ['PATCH', { name: 'x' }], ['DELETE']] as const) {
      const answer = await stranger.send(method, `${INSTANCES}/${machine.id}`, body);
      expect([answer.status, answer.body.code]).toEqual([404, 'not-found']);
    }
    const taken = await stranger.send('POST', INSTANCES, { id: machine.id, name: 'web', zone: 'fr-par-1' });
    expect([taken.status, taken.body.code]).toEqual([409, 'already-exists']);
    for (const [field, change] of Object.entries({ name: { name: '' }, zone: { zone: 'x' }, id: { id: 'x' } })) {
      const { status, body } = await register(change);
      expect([status, body]).toMatchObject([400, { violations: [{ field }] }]);
    }
  });
});
