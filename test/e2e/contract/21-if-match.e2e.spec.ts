import { startStack, type Stack } from '@isthmus/testing';
import { ENDPOINT, type KeyedHttp, keyedHttp, LOCAL_WEBHOOKS, type RawAnswer } from './keyed-http';

const PATH = '/v1/webhooks';

/** Nobody overwrites a version of a native resource that he has not seen. */
describe('21 ETag and If-Match', () => {
  let stack: Stack;
  let send: KeyedHttp;

  beforeAll(async () => {
    stack = await startStack({
      gateways: 2,
      env: LOCAL_WEBHOOKS,
    });
    send = keyedHttp(stack);
  });
  afterAll(() => stack.stop());

  async function make(): Promise<string> {
    const { status, text } = await send({ method: 'POST', path: PATH, body: ENDPOINT });
    expect([status, text]).toEqual([201, expect.stringContaining('whsec_')]);
    return `${PATH}/${(JSON.parse(text) as { id: string }).id}`;
  }
  const tagOf = async (path: string): Promise<string> => {
    const tag = (await send({ method: 'GET', path, url: stack.urls[1] })).headers.get('etag');
    expect(tag).toMatch(/^"[^"]+"$/);
    return tag as string;
  };
  const update = (path: string, description: string, ifMatch: string): Promise<RawAnswer> =>
    send({ method: 'PATCH', path, body: { description }, headers: { 'if-match': ifMatch } });
  const descriptionOf = async (path: string): Promise<string> =>
    (JSON.parse((await send({ method: 'GET', path })).text) as { description: string }).description;

  it('lets a change of the version that was read pass, and tells the next version', async () => {
    const path = await make();
    const first = await tagOf(path);
    const answer = await update(path, 'a', first);
    expect(answer.status).toBe(200);
    expect(await tagOf(path)).not.toBe(first);
    expect((await update(path, 'b', '*')).status).toBe(200);
    expect((await send({ method: 'PATCH', path, body: { description: 'c' } })).status).toBe(200);
    expect(await descriptionOf(path)).toBe('c');
  });

  it('refuses a change of any other version, and changes nothing', async () => {
    const path = await make();
    const stale = await tagOf(path);
    await update(path, 'first', stale);
    for (const tag of [stale, `W/${await tagOf(path)}`, '"x"']) {
      const answer = await update(path, 'second', tag);
      expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
        412,
        { code: 'precondition-failed', violations: [{ field: 'If-Match' }] },
      ]);
    }
    const remove = { method: 'DELETE', path, headers: { 'if-match': stale } };
    expect((await send(remove)).status).toBe(412);
    expect(await descriptionOf(path)).toBe('first');
    expect((await send({ ...remove, headers: { 'if-match': await tagOf(path) } })).status).toBe(204);
  });

  it('lets one of many changes of the same version through', async () => {
    const path = await make();
    const tag = await tagOf(path);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        send({
          method: 'PATCH',
          path,
          body: { description: `racer ${n}` },
          headers: { 'if-match': tag },
          url: stack.urls[n % 2],
        }),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(9);
    expect(await descriptionOf(path)).toBe(`racer ${statuses.indexOf(200)}`);
  });

  it('holds for instances too', async () => {
    const made = await send({ method: 'POST', path: '/v1/instances', body: { name: 'web', zone: 'fr-par-1' } });
    const path = `/v1/instances/${(JSON.parse(made.text) as { id: string }).id}`;
    const first = await tagOf(path);
    expect((await send({ method: 'GET', path, headers: { 'if-none-match': first } })).status).toBe(304);
    const rename = (name: string, ifMatch: string): Promise<RawAnswer> =>
      send({ method: 'PATCH', path, body: { name }, headers: { 'if-match': ifMatch } });
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((name) => rename(name, first)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
    const renamed = answers.find(({ status }) => status === 200) as RawAnswer;
    expect(renamed.headers.get('etag')).toBe(await tagOf(path));
    expect((await send({ method: 'GET', path })).text).toBe(renamed.text);
    const stale = await rename('e', first);
    expect(JSON.parse(stale.text)).toMatchObject({ code: 'precondition-failed', violations: [{ field: 'If-Match' }] });
    const remove = (ifMatch: string) => send({ method: 'DELETE', path, headers: { 'if-match': ifMatch } });
    expect((await remove(first)).status).toBe(412);
    expect((await remove(await tagOf(path))).status).toBe(204);
  });
});
