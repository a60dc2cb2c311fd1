import { type ProblemCode, ProblemError, type ProblemMeta, PROBLEMS, type Violation } from '@isthmus/problem';
import { upcloudDialect } from './upcloud.errors';
import { UpcloudProblem } from './upcloud.problem';

const PEERING = { method: 'POST', path: '/1.3/network-peering', requestId: 'r' };
const NETWORK = { ...PEERING, path: '/1.3/network' };
const refuse = (code: ProblemCode, meta: ProblemMeta = {}, request = PEERING) =>
  upcloudDialect.refuse(new ProblemError(code, 'What is wrong.', meta), request);
const codeOf = (code: ProblemCode, meta: ProblemMeta = {}, request = PEERING): [number, string] => {
  const { status, body } = refuse(code, meta, request);
  return [status, (body as { error: { error_code: string } }).error.error_code];
};

describe('UpCloud refusals', () => {
  it.each(Object.keys(PROBLEMS) as ProblemCode[])('tell %s with a code and a message', (code) => {
    const { status, body, contentType } = refuse(code);
    expect(body).toEqual({
      error: { error_code: expect.stringMatching(/^[A-Z]+(_[A-Z]+)*$/), error_message: 'What is wrong.' },
    });
    expect(status).toBe(code === 'precondition-failed' ? 409 : PROBLEMS[code].http);
    // Another one makes the official Go client look for another shape.
    expect(contentType).toBeUndefined();
  });

  it.each<[string, number, ProblemCode, ProblemMeta]>([
    ['AUTHENTICATION_FAILED', 401, 'unauthenticated', {}],
    ['PEERING_NOT_FOUND', 404, 'not-found', { resource: 'peering' }],
    ['NETWORK_NOT_FOUND', 404, 'not-found', { resource: 'private-network' }],
    ['PEER_NETWORK_NOT_FOUND', 404, 'not-found', { resource: 'peer-network' }],
    ['ROUTER_NOT_FOUND', 404, 'not-found', { resource: 'vpc' }],
    ['NOT_FOUND', 404, 'not-found', {}],
    ['PEERING_CONFLICT', 409, 'already-exists', { resource: 'peering' }],
    ['LOCAL_NETWORK_NO_ROUTER', 409, 'precondition-failed', { precondition: 'local_network_is_routed' }],
    ['PEERING_NOT_DISABLED', 409, 'precondition-failed', { precondition: 'peering_is_disabled' }],
    ['NETWORK_NOT_EMPTY', 409, 'precondition-failed', { precondition: 'network_is_empty' }],
    ['ROUTER_ATTACHED', 409, 'precondition-failed', { precondition: 'vpc_is_empty', resource: 'vpc' }],
    ['NETWORK_FORBIDDEN', 403, 'forbidden', { resource: 'private-network' }],
    ['FORBIDDEN', 403, 'forbidden', {}],
    ['NETWORK_BUSY', 409, 'busy', { resource: 'private-network' }],
  ])('have the code %s', (errorCode, status, code, meta) => {
    expect(codeOf(code, meta)).toEqual([status, errorCode]);
  });

  it.each<[string, string, Violation['rule'], typeof PEERING]>([
    ['NAME_INVALID', 'network_peering.name', 'required', PEERING],
    ['NAME_INVALID', 'name', 'constraint', PEERING],
    ['NETWORK_NAME_MISSING', 'network.name', 'required', NETWORK],
    ['NETWORK_NAME_INVALID', 'name', 'constraint', NETWORK],
    ['ROUTER_NAME_MISSING', 'router.name', 'required', { ...PEERING, path: '/1.3/router/x' }],
    ['ZONE_MISSING', 'network.zone', 'required', NETWORK],
    ['ROUTER_INVALID', 'network.router', 'format', NETWORK],
    ['NETWORK_PEERING_MISSING', 'network_peering', 'required', PEERING],
    ['NETWORK_UUID_MISSING', 'network_peering.network.uuid', 'required', PEERING],
    ['PEER_NETWORK_UUID_INVALID', 'peerNetworkId', 'constraint', PEERING],
    ['CONFIGURED_STATUS_INVALID', 'network_peering.configured_status', 'format', PEERING],
    ['INVALID_LABEL_KEY', 'network_peering.labels.3.key', 'required', PEERING],
    ['INVALID_LABEL_VALUE', 'router.labels.0.value', 'constraint', PEERING],
    ['LABELS_INVALID', 'network.labels', 'format', NETWORK],
    ['IP_NETWORKS_MISSING', 'network.ip_networks', 'required', NETWORK],
    ['IP_NETWORKS_ADDRESS_INVALID', 'network.ip_networks.0.address', 'format', NETWORK],
    ['IP_NETWORKS_INVALID', 'startIp', 'constraint', NETWORK],
    ['LABEL_INVALID', 'label', 'format', NETWORK],
  ])('have the code %s for what is wrong with %s', (errorCode, field, rule, request) => {
    expect(codeOf('invalid-argument', { violations: [{ field, rule, message: 'is wrong' }] }, request)).toEqual([
      400,
      errorCode,
    ]);
  });

  it('name arguments as UpCloud does', () => {
    const violations: Violation[] = [
      { field: 'localNetworkId', rule: 'constraint', message: 'cannot be peered with itself' },
      { field: 'network_peering.name', rule: 'constraint', message: 'network_peering.name must be shorter' },
    ];
    expect(refuse('invalid-argument', { violations }).body).toMatchObject({
      error: {
        error_message:
          'network_peering.network.uuid: cannot be peered with itself; network_peering.name must be shorter',
      },
    });
  });

  it('say the code that the dialect knows itself', () => {
    const problem = new UpcloudProblem('ZONE_MISMATCH', 'conflict', 'Elsewhere.');
    expect(upcloudDialect.refuse(problem, NETWORK)).toEqual({
      status: 409,
      body: { error: { error_code: 'ZONE_MISMATCH', error_message: 'Elsewhere.' } },
    });
  });
});

describe('UpCloud paths', () => {
  it.each(['/1.3/account', '/1.3/network/', '/1.3'])('own %s', (path) => expect(upcloudDialect.owns(path)).toBe(true));
  it.each(['/1.2/account', '/1.30/network', '/v2/1.3/network', '/'])('do not own %s', (path) =>
    expect(upcloudDialect.owns(path)).toBe(false),
  );
});
