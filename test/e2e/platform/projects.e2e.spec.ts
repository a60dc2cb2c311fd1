import { randomUUID } from 'node:crypto';
import { ApiClient, type Stack, startStack } from '@isthmus/testing';
import { strangerTo } from '../contract/operations';

const PROJECTS = '/v1/projects';

interface Project {
  id: string;
  organizationId: string;
  name: string;
  revision: number;
}

describe('projects', () => {
  let stack: Stack;
  let admin: ApiClient;

  beforeAll(async () => {
    stack = await startStack();
    admin = ApiClient.of(stack);
  });
  afterAll(() => stack.stop());

  const make = async (name: string): Promise<Project> => {
    const { status, body } = await admin.send<Project>('POST', PROJECTS, { name });
    expect(status).toBe(201);
    return body;
  };
  const keyOf = async (projectId: string, scope: string): Promise<ApiClient> => {
    const { body } = await admin.send('POST', '/v1/api-keys', { name: 'key', projectId, scope });
    return new ApiClient(stack.url, body.secretKey as string);
  };
  const patch = async (id: string, ifMatch: string, name: string) => {
    const headers = {
      'x-auth-token': stack.credentials.secretKey,
      'content-type': 'application/json',
      'if-match': ifMatch,
    };
    return fetch(`${stack.url}${PROJECTS}/${id}`, { method: 'PATCH', headers, body: JSON.stringify({ name }) });
  };

  it('are made in the organization of the key, and keep what is theirs to themselves', async () => {
    const project = await make('team a');
    expect(project).toMatchObject({ name: 'team a', organizationId: stack.credentials.projectId, revision: 1 });
    const owner = await keyOf(project.id, 'write');
    const { body: machine } = await owner.send('POST', '/v1/instances', { name: 'machine', zone: 'fr-par-1' });
    expect(machine.projectId).toBe(project.id);
    expect((await admin.send('GET', `/v1/instances/${String(machine.id)}`)).status).toBe(404);
  });

  it('are reached by admin keys of the organization, else only by their own keys', async () => {
    const [own, other] = [await make('own'), await make('other')];
    const manager = await keyOf(own.id, 'admin');
    const writer = await keyOf(own.id, 'write');
    const ids = async (client: ApiClient) =>
      (await client.send<{ items: Project[] }>('GET', PROJECTS)).body.items.map(({ id }) => id);
    expect(await ids(manager)).toEqual(expect.arrayContaining([own.id, other.id, stack.credentials.projectId]));
    expect(await ids(writer)).toEqual([own.id]);
    expect((await manager.send('GET', `${PROJECTS}/${other.id}`)).body).toEqual(other);
    expect((await writer.send('GET', `${PROJECTS}/${other.id}`)).status).toBe(404);
    expect((await writer.send('PATCH', `${PROJECTS}/${own.id}`, { name: 'mine' })).status).toBe(403);
    expect((await writer.send('POST', PROJECTS, { name: 'more' })).status).toBe(403);
    const stranger = await strangerTo(stack);
    expect(await ids(stranger)).not.toContain(own.id);
    for (const id of [own.id, randomUUID(), 'nonsense']) {
      for (const [method, body] of [['GET'], ['PATCH', { name: 'stolen' }]] as const) {
        const answer = await stranger.send(method, `${PROJECTS}/${id}`, body);
        expect([answer.status, answer.body.code]).toEqual([404, 'not-found']);
      }
    }
  });

  it('are changed only in the version that the caller has seen', async () => {
    const { id } = await make('versioned');
    const { headers } = await admin.send('GET', `${PROJECTS}/${id}`);
    const tag = headers.get('etag') as string;
    const changed = await patch(id, tag, 'changed');
    expect([changed.status, await changed.json()]).toEqual([
      200,
      expect.objectContaining({ name: 'changed', revision: 2 }),
    ]);
    const stale = await patch(id, tag, 'lost update');
    expect([stale.status, ((await stale.json()) as { code: string }).code]).toEqual([412, 'precondition-failed']);
    expect(changed.headers.get('etag')).not.toBe(tag);
    const racing = await Promise.all(
      Array.from({ length: 8 }, (_, n) => patch(id, changed.headers.get('etag') as string, `racer ${n}`)),
    );
    expect(racing.filter(({ status }) => status === 200)).toHaveLength(1);
    const again = { 'x-auth-token': stack.credentials.secretKey, 'if-none-match': `"${id}.3"` };
    expect((await fetch(`${stack.url}${PROJECTS}/${id}`, { headers: again })).status).toBe(304);
  });

  it('are listed in pages, and checked', async () => {
    for (let n = 0; n < 3; n++) await make(`page ${n}`);
    const all = (await admin.send<{ items: Project[]; next: null }>('GET', PROJECTS)).body;
    const told: Project[] = [];
    for (let next: string | null = ''; next !== null;) {
      const path: string = `${PROJECTS}?limit=2${next && `&cursor=${next}`}`;
      const page = (await admin.send<{ items: Project[]; next: string | null }>('GET', path)).body;
      told.push(...page.items);
      next = page.next;
    }
    expect([told, all.next]).toEqual([all.items, null]);
    expect((await admin.send('POST', PROJECTS, { name: '' })).status).toBe(400);
    expect((await admin.send('GET', `${PROJECTS}?cursor=x`)).status).toBe(400);
  });
});
