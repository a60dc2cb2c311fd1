import { createTestGateway, type TestGateway } from '../../gateway.fixture';
import { NETWORK_ID, OPERATION_ID } from '../../views.fixture';

describe('GET /v1/operations/{id}', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await createTestGateway();
    gateway.operations.set(OPERATION_ID, {
      id: OPERATION_ID,
      projectId: gateway.keys.admin.projectId,
      kind: 'private-network.create',
      state: 'pending',
      reason: null,
      message: null,
      code: null,
      resourceType: 'private-network',
      resourceId: NETWORK_ID,
      referenceType: 'private-network',
      referenceId: NETWORK_ID,
      stepNames: ['reserve-subnets', 'ensure-network'],
      direction: 'forward',
      isStuck: false,
      isStalled: false,
      isCancellable: true,
      updatedAt: '2026-08-05T12:59:37.782632Z',
      createdAt: '2026-08-05T12:59:37.782632Z',
      startedAt: null,
      finishedAt: null,
      deadline: '2026-08-05T13:00:37.782632Z',
      journaled: [],
    });
  });
  afterAll(() => gateway.close());

  const get = (id: string, secret = gateway.keys.admin.secret) =>
    gateway.inject({ url: `/v1/operations/${id}`, headers: { authorization: `Bearer ${secret}` } });

  it('tells the operation with its steps', async () => {
    const answer = await get(OPERATION_ID);
    expect([answer.statusCode, answer.json()]).toMatchObject([
      200,
      {
        state: 'pending',
        reference: { type: 'private-network', id: NETWORK_ID },
        steps: [
          { name: 'reserve-subnets', state: 'running' },
          { name: 'ensure-network', state: 'pending' },
        ],
        progressPercent: 0,
      },
    ]);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.json()).not.toHaveProperty('projectId');
  });

  it('knows nothing of the operations of others', async () => {
    const foreign = await get(OPERATION_ID, gateway.keys.reader.secret);
    const missing = await get(NETWORK_ID);
    for (const answer of [foreign, missing]) {
      expect([answer.statusCode, answer.json().code]).toEqual([404, 'not-found']);
      expect(answer.headers['content-type']).toContain('application/problem+json');
    }
  });
});
