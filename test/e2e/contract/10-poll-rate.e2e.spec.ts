import { randomUUID } from 'node:crypto';
import { ApiClient, startStack, type Stack, until } from '@isthmus/testing';
import { NETWORKS } from './operations';

const PER_SECOND = 20;

describe('10: polling too fast is refused, in numbers that no official client sees', () => {
  let stack: Stack;
  let strict: ApiClient;
  let normal: ApiClient;

  beforeAll(async () => {
    stack = await startStack();
    const gateway = await stack.start('api-gateway', { POLL_RATE_PER_OPERATION: String(PER_SECOND) });
    strict = new ApiClient(gateway.ready.url as string, stack.credentials.secretKey);
    normal = ApiClient.of(stack);
  }, 60_000);
  afterAll(() => stack.stop());

  const accept = async (): Promise<string> => (await normal.submit('POST', NETWORKS, { name: randomUUID() })).id;
  /** Asks so often at once that even a slow machine is too fast. */
  const storm = (client: ApiClient, path: string, times = 40 * PER_SECOND) =>
    Promise.all(Array.from({ length: times }, () => client.send('GET', path)));

  it.each(['/v1/operations/', '/v2/operation/'])('tells %s when to come back, and then answers', async (root) => {
    const path = root + (await accept());
    const answers = await storm(strict, path);
    const refused = answers.filter(({ status }) => status === 429);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]));
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(2 * PER_SECOND);
    expect(new Set(refused.map(({ headers }) => headers.get('retry-after')))).toEqual(new Set(['1']));
    await pauseOf(refused[0]?.headers.get('retry-after'));
    // Clients give up after three to five errors in a row; this one gets none.
    for (let n = 0; n < 5; n++) expect((await strict.send('GET', path)).status).toBe(200);
  });

  it('counts for each operation by itself, and all dialects together', async () => {
    const gateway = await stack.start('api-gateway', { POLL_RATE_PER_OPERATION: '1' });
    const miser = new ApiClient(gateway.ready.url as string, stack.credentials.secretKey);
    const [busy, calm] = [await accept(), await accept()];
    const isRefusedThereToo = async (): Promise<boolean> => {
      await storm(miser, `/v2/operation/${busy}`, 30);
      return (await miser.send('GET', `/v1/operations/${busy}`)).status === 429;
    };
    // Asked less than once a second, the native path would never be refused if it counted for itself.
    await until('the native path is refused for what was asked of the other', isRefusedThereToo, { everyMs: 1_500 });
    expect((await miser.send('GET', `/v1/operations/${calm}`)).status).toBe(200);
  });

  it('lets pass whoever asks twenty times a second, by default', async () => {
    const id = await accept();
    const paths = [`/v1/operations/${id}`, `/v2/operation/${id}`];
    const statuses: number[] = [];
    for (let n = 0; n < 100; n++) {
      statuses.push((await normal.send('GET', paths[n % 2] as string)).status);
      await pauseOf('0.05');
    }
    expect(statuses).toEqual(Array(100).fill(200));
  });
});

/** What a polling client does between two looks. */
function pauseOf(seconds: string | null | undefined): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1_000));
}
