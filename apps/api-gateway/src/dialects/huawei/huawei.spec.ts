import { AKSKSigner } from '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner';
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core';
import { pskOwner } from '@isthmus/contracts';
import { ProblemError } from '@isthmus/problem';
import { SecretBox, type SealedText } from '@isthmus/secrets';
import { offlineConfig } from '../../config';
import { ADMIN_PROJECT_ID, createTestGateway, type TestGateway } from '../../gateway.fixture';
import { OPERATION_ID, operationView } from '../../views.fixture';
import {
  CA_CERTIFICATE,
  CONNECTION_ID,
  connectionView,
  CUSTOMER_GATEWAY_ID,
  customerGatewayView,
  EIP_ID,
  GATEWAY_ID,
  gatewayView,
  SUBNET_ID,
  VPC_ID,
} from './huawei.fixture';

const PROJECT = ADMIN_PROJECT_ID.replaceAll('-', '');
const BASE = `/v5/${PROJECT}`;
const GATEWAYS = `${BASE}/vpn-gateways`;
const CONNECTIONS = `${BASE}/vpn-connection`;
const BATCH = `${BASE}/vpn-connections/batch-create`;
const CUSTOMERS = `${BASE}/customer-gateways`;
const PSK = 'Very-secret-1';

const gateway = { vpc_id: VPC_ID, connect_subnet: SUBNET_ID, local_subnets: ['192.168.0.0/24'] };
const connection = { vgw_id: GATEWAY_ID, vgw_ip: EIP_ID, cgw_id: CUSTOMER_GATEWAY_ID, psk: PSK };

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

describe('the Huawei dialect', () => {
  let test: TestGateway;

  beforeAll(async () => {
    // Long enough to time a test out, should an answer wait.
    test = await createTestGateway(60_000);
  });
  afterAll(() => test.close());
  beforeEach(() => {
    test.calls.length = 0;
    const reference = { type: 'vpn-gateway', id: GATEWAY_ID } as const;
    const operation = operationView({ kind: 'vpn-gateway.create', reference, resource: reference });
    const ofConnection = (id: string) => ({
      ...operation,
      id: id === CONNECTION_ID ? OPERATION_ID : id,
      reference: { type: 'vpn-connection' as const, id },
    });
    const accepted = () => ({ resource: gatewayView({ state: 'creating' }), operation });
    const connected = () => ({ resource: connectionView(), operation: ofConnection(CONNECTION_ID) });
    Object.assign(test.handlers, {
      'vpn-gateway.create': accepted,
      'vpn-gateway.update': () => ({ resource: gatewayView({ state: 'updating' }), operation }),
      'vpn-gateway.delete': accepted,
      'vpn-gateway.get': () => gatewayView(),
      'vpn-gateway.list': () => [gatewayView(), gatewayView({ name: 'second' })],
      'vpn-gateway.list-offers': () => [{ zone: 'fr-par-1', flavor: 'GM', attachmentType: 'vpc', ipVersion: 4 }],
      'vpn-quota.list': () => [{ resource: 'vpn-gateway', limit: 50, used: 2 }],
      'customer-gateway.create': () => customerGatewayView(),
      'customer-gateway.get': () => customerGatewayView(),
      'customer-gateway.update': () => customerGatewayView(),
      'customer-gateway.delete': () => null,
      'customer-gateway.list': () => ({ items: [customerGatewayView()], totalCount: 7 }),
      'vpn-connection.create': connected,
      'vpn-connection.create-batch': ({ connections }: { connections: object[] }) =>
        connections.map((_command, index) => {
          const id = index === 0 ? CONNECTION_ID : GATEWAY_ID;
          return { resource: connectionView({ id }), operation: ofConnection(id) };
        }),
      'vpn-connection.get': () => connectionView(),
      'vpn-connection.list': () => ({ items: [connectionView()], totalCount: 7 }),
      'vpn-connection.update': connected,
      'vpn-connection.delete': connected,
    });
  });

  const send = (method: Method, url: string, payload?: object, headers: Record<string, string> = {}) =>
    test.inject({ method, url, headers: { 'x-auth-token': test.keys.admin.secret, ...headers }, payload });
  const called = (): unknown[] => test.calls.map(({ pattern, data }) => [pattern, data]);

  const reads: [string, string, object][] = [
    [`${GATEWAYS}/${GATEWAY_ID}`, 'vpn-gateway.get', { vpn_gateway: { id: GATEWAY_ID, status: 'ACTIVE' } }],
    [GATEWAYS, 'vpn-gateway.list', { vpn_gateways: [{ status: 'ACTIVE' }, { name: 'second' }] }],
    [
      `${GATEWAYS}/availability-zones`,
      'vpn-gateway.list-offers',
      { availability_zones: { gm: { vpc: ['fr-par-1'], er: [] } } },
    ],
    [
      `/v5.1/${PROJECT}/vpn-gateways/availability-zones`,
      'vpn-gateway.list-offers',
      { availability_zones: [{ name: 'fr-par-1', available_specs: [{ flavor: 'GM' }] }] },
    ],
    [`${BASE}/vpn/quotas`, 'vpn-quota.list', { quotas: { resources: [{ type: 'vpn_gateway', quota: 50, used: 2 }] } }],
    [`${CUSTOMERS}/${CUSTOMER_GATEWAY_ID}`, 'customer-gateway.get', { customer_gateway: { name: 'cgw-a45b' } }],
    [
      CUSTOMERS,
      'customer-gateway.list',
      {
        customer_gateways: [{ id: CUSTOMER_GATEWAY_ID }],
        total_count: 7,
        page_info: { next_marker: customerGatewayView().createdAt, current_count: 1 },
      },
    ],
    [`${CONNECTIONS}/${CONNECTION_ID}`, 'vpn-connection.get', { vpn_connection: { status: 'ACTIVE' } }],
    [
      CONNECTIONS,
      'vpn-connection.list',
      {
        vpn_connections: [{ status: 'ACTIVE' }],
        total_count: 7,
        page_info: { next_marker: connectionView().createdAt, current_count: 1 },
      },
    ],
  ];

  it.each(reads)('GET %s', async (url, pattern, body) => {
    const answer = await send('GET', url, undefined, { 'content-type': 'application/json' });
    expect([answer.statusCode, answer.json()]).toMatchObject([200, body]);
    expect(answer.json()).not.toHaveProperty('operation');
    expect(test.calls.map((call) => call.pattern)).toEqual([pattern]);
  });

  const changes: [string, Method, string, object, number, string][] = [
    ['a gateway is created', 'POST', GATEWAYS, { vpn_gateway: gateway }, 201, `${GATEWAYS}/${GATEWAY_ID}`],
    [
      'a gateway is changed',
      'PUT',
      `${GATEWAYS}/${GATEWAY_ID}`,
      { vpn_gateway: { name: 'a.b' } },
      200,
      `${GATEWAYS}/${GATEWAY_ID}`,
    ],
    [
      'a connection is created',
      'POST',
      CONNECTIONS,
      { vpn_connection: connection },
      201,
      `${CONNECTIONS}/${CONNECTION_ID}`,
    ],
    [
      'a connection is changed',
      'PUT',
      `${CONNECTIONS}/${CONNECTION_ID}`,
      { vpn_connection: { name: 'a' } },
      200,
      `${CONNECTIONS}/${CONNECTION_ID}`,
    ],
  ];

  it.each(changes)(
    '%s: the answer tells of the operation and does not wait',
    async (_name, method, url, body, status, link) => {
      const answer = await send(method, url, body);
      expect(answer.statusCode).toBe(status);
      expect(answer.json().operation).toEqual({
        id: OPERATION_ID,
        state: 'pending',
        reference: { id: link.split('/').at(-1), link, command: expect.stringMatching(/^get-vpn-/) },
      });
      expect(answer.headers).toMatchObject({
        'operation-id': OPERATION_ID,
        'operation-location': `/v1/operations/${OPERATION_ID}`,
      });
    },
  );

  it.each([`${GATEWAYS}/${GATEWAY_ID}`, `${CONNECTIONS}/${CONNECTION_ID}`])(
    'DELETE %s answers nothing but the headers',
    async (url) => {
      const answer = await send('DELETE', url);
      expect([answer.statusCode, answer.body]).toEqual([204, '']);
      expect(answer.headers['operation-id']).toBe(OPERATION_ID);
    },
  );

  it('books customer gateways at once, without an operation', async () => {
    const fields = { id_value: '100.64.0.81', ca_certificate: { content: CA_CERTIFICATE } };
    const created = await send('POST', CUSTOMERS, { customer_gateway: fields });
    const updated = await send('PUT', `${CUSTOMERS}/${CUSTOMER_GATEWAY_ID}`, { customer_gateway: { name: 'b' } });
    const deleted = await send('DELETE', `${CUSTOMERS}/${CUSTOMER_GATEWAY_ID}`);
    expect([created.statusCode, updated.statusCode, deleted.statusCode]).toEqual([201, 200, 204]);
    for (const answer of [created, updated, deleted]) expect(answer.headers).not.toHaveProperty('operation-id');
    expect(called()).toEqual([
      ['customer-gateway.create', { idValue: '100.64.0.81', caCertificate: CA_CERTIFICATE }],
      ['customer-gateway.update', { customerGatewayId: CUSTOMER_GATEWAY_ID, name: 'b' }],
      ['customer-gateway.delete', { customerGatewayId: CUSTOMER_GATEWAY_ID }],
    ]);
  });

  it('answers a create with neither status nor what is not known yet', async () => {
    const body = (await send('POST', GATEWAYS, { vpn_gateway: gateway })).json();
    for (const member of ['status', 'eip1', 'availability_zone_ids', 'created_at']) {
      expect(body.vpn_gateway).not.toHaveProperty(member);
    }
    expect(called()).toEqual([
      [
        'vpn-gateway.create',
        { region: 'fr-par', vpcId: VPC_ID, connectSubnetId: SUBNET_ID, localSubnets: ['192.168.0.0/24'] },
      ],
    ]);
    expect((await send('POST', CONNECTIONS, { vpn_connection: connection })).json().vpn_connection).not.toHaveProperty(
      'status',
    );
  });

  it('creates connections in batches, with an operation for each', async () => {
    const answer = await send('POST', BATCH, { vpn_connections: [connection, { ...connection, ha_role: 'slave' }] });
    expect([answer.statusCode, answer.json()]).toMatchObject([
      201,
      {
        vpn_connections: [{ id: CONNECTION_ID }, { id: GATEWAY_ID }],
        operations: [
          { id: OPERATION_ID, reference: { link: `${CONNECTIONS}/${CONNECTION_ID}` } },
          { id: GATEWAY_ID, reference: { link: `${CONNECTIONS}/${GATEWAY_ID}` } },
        ],
      },
    ]);
    expect(answer.headers['operation-id']).toBe(`${OPERATION_ID}, ${GATEWAY_ID}`);
    expect(answer.headers).not.toHaveProperty('operation-location');
  });

  it('changes nothing when a body changes nothing', async () => {
    const answers = await Promise.all([
      send('PUT', `${GATEWAYS}/${GATEWAY_ID}`, { vpn_gateway: {} }),
      send('PUT', `${CONNECTIONS}/${CONNECTION_ID}`, { vpn_connection: { unknown: 1 } }),
      send('PUT', `${CUSTOMERS}/${CUSTOMER_GATEWAY_ID}`, { customer_gateway: { id_value: '10.0.0.1' } }),
    ]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
    expect(test.calls.map(({ pattern }) => pattern).sort()).toEqual([
      'customer-gateway.get',
      'vpn-connection.get',
      'vpn-gateway.get',
    ]);
  });

  describe('request ids', () => {
    it.each([
      ['GET', GATEWAYS, undefined],
      ['POST', GATEWAYS, { vpn_gateway: gateway }],
      ['POST', BATCH, { vpn_connections: [connection] }],
      ['POST', GATEWAYS, {}],
      ['GET', '/v5/nothing', undefined],
      ['GET', `/v5/%zz`, undefined],
      ['GET', `/v5/${GATEWAY_ID}/vpn-gateways`, undefined],
    ] as const)('are the same in body and header, and ours: %s %s', async (method, url, payload) => {
      const answer = await send(method, url, payload, { 'x-request-id': 'theirs' });
      expect(answer.json().request_id).toMatch(/^[0-9a-f-]{36}$/);
      expect(answer.headers['x-request-id']).toBe(answer.json().request_id);
    });

    it('are those of the commands', async () => {
      const answer = await send('POST', GATEWAYS, { vpn_gateway: gateway });
      expect(test.calls[0]?.context.requestId).toBe(answer.json().request_id);
    });
  });

  it('tells links with the project as the caller wrote it', async () => {
    const answer = await send('POST', `/v5/${ADMIN_PROJECT_ID}/vpn-gateways`, { vpn_gateway: gateway });
    expect(answer.json().operation.reference.link).toBe(`/v5/${ADMIN_PROJECT_ID}/vpn-gateways/${GATEWAY_ID}`);
  });

  it('drops members that it does not know', async () => {
    await send('POST', GATEWAYS, { vpn_gateway: { ...gateway, colour: 'red', eip1: { id: EIP_ID, colour: 'red' } } });
    expect(JSON.stringify(called())).not.toContain('colour');
    expect(called()).toMatchObject([['vpn-gateway.create', { eip1: { id: EIP_ID } }]]);
  });

  describe('pre-shared keys', () => {
    const box = new SecretBox(offlineConfig().masterKey);

    it.each([
      ['create', 'POST', CONNECTIONS, { vpn_connection: connection }],
      ['batch', 'POST', BATCH, { vpn_connections: [connection] }],
      ['update', 'PUT', `${CONNECTIONS}/${CONNECTION_ID}`, { vpn_connection: { psk: PSK } }],
    ] as const)('go on sealed for the project, and come back never: %s', async (_name, method, url, body) => {
      const answer = await send(method, url, body);
      expect(answer.body).not.toMatch(/psk|Very-secret/);
      const [call] = test.calls;
      expect(JSON.stringify(call)).not.toContain(PSK);
      const data = call?.data as { psk?: SealedText; connections?: { psk: SealedText }[] };
      const sealed = data.psk ?? data.connections?.[0]?.psk;
      expect(box.openText(sealed as SealedText, pskOwner(ADMIN_PROJECT_ID))).toBe(PSK);
      expect(() => box.openText(sealed as SealedText, pskOwner(GATEWAY_ID))).toThrow();
    });
  });

  describe('refusals', () => {
    it.each([
      [`${GATEWAYS}/nonsense`, 404, 'VPN.0509'],
      [`${CUSTOMERS}/nonsense`, 404, 'VPN.0004'],
      [`${CONNECTIONS}/nonsense`, 404, 'VPN.0004'],
      [`${BASE}/nothing`, 404, 'VPN.0004'],
    ])('of what is not there: %s', async (url, status, code) => {
      const answer = await send('GET', url);
      expect([answer.statusCode, answer.json().error_code]).toEqual([status, code]);
    });

    it('of the service have the code of their rule', async () => {
      test.handlers['vpn-gateway.delete'] = () => {
        throw new ProblemError('precondition-failed', 'It is being made.', { precondition: 'gateway-is-creating' });
      };
      const answer = await send('DELETE', `${GATEWAYS}/${GATEWAY_ID}`);
      expect([answer.statusCode, answer.json().error_code]).toEqual([400, 'VPN.0506']);
    });

    it('of a key that may only read', async () => {
      const headers = { 'x-auth-token': test.keys.reader.secret };
      const answer = await test.inject({ method: 'POST', url: GATEWAYS, headers, payload: {} });
      expect([answer.statusCode, answer.json().error_code]).toEqual([403, 'VPN.0003']);
    });
  });

  describe('lists', () => {
    it('pass on what they are asked for', async () => {
      await send('GET', `${GATEWAYS}?enterprise_project_id=0&enterprise_project_id=${VPC_ID}&vgw_id=${GATEWAY_ID}`);
      await send('GET', `${GATEWAYS}?enterprise_project_id=0`);
      await send('GET', `${CUSTOMERS}?limit=2&marker=2026-06-28T02:22:27.240125Z`);
      await send('GET', `${CONNECTIONS}?limit=0&vgw_ip=10.0.0.4&vgw_id=${GATEWAY_ID}&enterprise_project_id=0`);
      expect(called()).toEqual([
        ['vpn-gateway.list', { enterpriseProjectIds: ['0', VPC_ID], gatewayId: GATEWAY_ID }],
        ['vpn-gateway.list', { enterpriseProjectIds: ['0'] }],
        ['customer-gateway.list', { limit: 2, marker: '2026-06-28T02:22:27.240125Z' }],
        ['vpn-connection.list', { limit: 0, gatewayId: GATEWAY_ID, gatewayIp: '10.0.0.4', enterpriseProjectId: '0' }],
      ]);
    });

    it('take their defaults from nothing', async () => {
      await send('GET', `${CUSTOMERS}?marker=`);
      await send('GET', CONNECTIONS);
      expect(called()).toEqual([
        ['customer-gateway.list', { limit: 200 }],
        ['vpn-connection.list', { limit: 2_000 }],
      ]);
    });
  });

  describe('signatures of the official client', () => {
    const signed = (path: string, method: Method, data?: object, sk = test.keys.admin.secret): Record<string, string> =>
      AKSKSigner.sign(
        {
          endpoint: `http://localhost:80${path}`,
          method,
          data,
          headers: { 'content-type': 'application/json', 'X-Project-Id': PROJECT, host: 'localhost:80' },
        },
        new BasicCredentials({ ak: test.keys.admin.accessKey, sk }),
      ) as Record<string, string>;

    it('open the door here and in every other dialect', async () => {
      const body = { vpn_gateway: gateway };
      const headers = signed(GATEWAYS, 'POST', body);
      expect((await test.inject({ method: 'POST', url: GATEWAYS, headers, payload: body })).statusCode).toBe(201);
      const path = `/v1/operations/${OPERATION_ID}`;
      expect((await test.inject({ method: 'GET', url: path, headers: signed(path, 'GET') })).statusCode).toBe(404);
    });

    it('are refused when they are wrong', async () => {
      const headers = signed(GATEWAYS, 'GET', undefined, test.keys.reader.secret);
      const answer = await test.inject({ method: 'GET', url: GATEWAYS, headers });
      expect([answer.statusCode, answer.json()]).toEqual([
        401,
        {
          error_code: 'APIGW.0301',
          error_msg: expect.stringMatching(/^Incorrect IAM authentication information: /),
          request_id: answer.headers['x-request-id'],
        },
      ]);
      expect(test.calls).toEqual([]);
    });
  });
});
