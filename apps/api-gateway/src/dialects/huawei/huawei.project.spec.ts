import { ADMIN_PROJECT_ID, createTestGateway, type TestGateway } from '../../gateway.fixture';
import { CONNECTION_ID, GATEWAY_ID } from './huawei.fixture';

const PROJECT = ADMIN_PROJECT_ID.replaceAll('-', '');
const GATEWAYS = `/v5/${PROJECT}/vpn-gateways`;

describe('the project of a path of the Huawei dialect', () => {
  let test: TestGateway;

  beforeAll(async () => {
    test = await createTestGateway();
    test.handlers['vpn-quota.list'] = () => [];
    test.handlers['vpn-gateway.list'] = () => [];
  });
  afterAll(() => test.close());
  beforeEach(() => {
    test.calls.length = 0;
  });

  const send = (method: 'GET' | 'POST' | 'PUT', url: string, payload?: object, headers: Record<string, string> = {}) =>
    test.inject({ method, url, headers: { 'x-auth-token': test.keys.admin.secret, ...headers }, payload });

  it.each([PROJECT, PROJECT.toUpperCase(), ADMIN_PROJECT_ID])('may be written as %s', async (project) => {
    expect((await send('GET', `/v5/${project}/vpn/quotas`)).statusCode).toBe(200);
  });

  it.each([GATEWAY_ID, GATEWAY_ID.replaceAll('-', ''), 'nonsense', `${PROJECT}0`, '%20'])(
    'must be the caller’s own: %s',
    async (project) => {
      for (const [method, path] of [
        ['GET', 'vpn-gateways'],
        ['POST', 'vpn-gateways'],
        ['GET', 'customer-gateways'],
        ['GET', 'vpn/quotas'],
        ['PUT', `vpn-connection/${CONNECTION_ID}`],
        ['POST', 'vpn-connections/batch-create'],
      ] as const) {
        const answer = await send(method, `/v5/${project}/${path}`, method === 'GET' ? undefined : {});
        expect([answer.statusCode, answer.json()]).toEqual([
          403,
          {
            error_code: 'VPN.0003',
            error_msg: 'Authentication failed: these credentials do not act for this project.',
            request_id: expect.any(String),
          },
        ]);
      }
      expect(test.calls).toEqual([]);
    },
  );

  it('must be that of the header X-Project-Id, where there is one', async () => {
    const statusWith = async (id: string): Promise<number> =>
      (await send('GET', GATEWAYS, undefined, { 'x-project-id': id })).statusCode;
    expect(await statusWith(PROJECT)).toBe(200);
    expect(await statusWith(ADMIN_PROJECT_ID)).toBe(200);
    expect(await statusWith(GATEWAY_ID)).toBe(403);
    expect(await statusWith('')).toBe(403);
  });
});
