import { ProblemError } from '@isthmus/problem';
import { createTestGateway, type TestGateway } from '../../gateway.fixture';
import { OPERATION_ID } from '../../views.fixture';

const ID = '0f1f6a2e-7f2c-4a5e-8d58-f5c84e1f1a01';
const AT = '2026-08-05T12:59:37.782632Z';
const PEERING = {
  id: ID,
  projectId: OPERATION_ID,
  name: 'a',
  labels: [{ key: 'env', value: 'x' }],
  intent: 'active' as const,
  state: 'waiting-for-peer' as const,
  stateReason: 'Ask the owner of the peer network to make a peering with this one.',
  localNetworkId: ID,
  localCidrs: ['10.0.0.0/24'],
  peerNetworkId: OPERATION_ID,
  peerCidrs: null,
  createdAt: AT,
  updatedAt: AT,
};

describe('GET /v1/peerings/{id}', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await createTestGateway();
  });
  afterAll(() => gateway.close());

  const get = (id: string, headers = {}) =>
    gateway.inject({ url: `/v1/peerings/${id}`, headers: { 'x-auth-token': gateway.keys.admin.secret, ...headers } });

  it('tells the peering, why it is so, how it became so, and by which operations', async () => {
    const change = { at: AT, from: null, to: 'waiting-for-peer' as const, reason: 'Made.' };
    gateway.handlers['peering.get'] = () => ({ ...PEERING, secret: 'not told' });
    gateway.handlers['peering.history'] = () => [change];
    const operation = { id: OPERATION_ID, kind: 'peering.create', state: 'success' };
    gateway.operations.set(ID, { ...operation, projectId: gateway.keys.admin.projectId });
    const answer = await get(ID);
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { ...PEERING, history: [change], operations: [operation] },
    ]);
  });

  it('says that nothing has changed to who knows it', async () => {
    gateway.handlers['peering.get'] = () => PEERING;
    gateway.handlers['peering.history'] = () => [];
    const { etag } = (await get(ID)).headers;
    const same = await get(ID, { 'if-none-match': etag });
    expect([same.statusCode, same.body, same.headers.etag]).toEqual([304, '', etag]);
    gateway.handlers['peering.get'] = () => ({ ...PEERING, name: 'b' });
    expect((await get(ID, { 'if-none-match': etag })).statusCode).toBe(200);
  });

  it('is not there for anybody else', async () => {
    const missing = (): never => {
      throw ProblemError.notFound('peering', ID);
    };
    Object.assign(gateway.handlers, { 'peering.get': missing, 'peering.history': missing });
    expect((await get(ID)).json()).toMatchObject({ status: 404, resource: 'peering' });
    expect((await get('x')).statusCode).toBe(404);
  });
});
