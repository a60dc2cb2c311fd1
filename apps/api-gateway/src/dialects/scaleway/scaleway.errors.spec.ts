import { type ProblemCode, ProblemError, type ProblemMeta, PROBLEMS } from '@isthmus/problem';
import { DeniedAuthentication } from '../../identity/credentials';
import { scalewayDialect } from './scaleway.errors';

const NEW = { method: 'GET', path: '/vpc/v2/regions/fr-par/private-networks', requestId: 'r' };
const OLD = { method: 'POST', path: '/instance/v1/zones/fr-par-1/servers/s/private_nics', requestId: 'r' };
const refuse = (code: ProblemCode, meta: ProblemMeta = {}, request = NEW) =>
  scalewayDialect.refuse(new ProblemError(code, 'What is wrong.', meta), request);
const subject = { resource: 'private-network', resourceId: 'id' };
const violations = [
  { field: 'cidrs', rule: 'format' as const, message: 'is no network' },
  { field: 'isDefaultRoutePropagated', rule: 'constraint' as const, message: 'cannot be' },
];

describe('scaleway refusals', () => {
  it.each(Object.keys(PROBLEMS) as ProblemCode[])(
    'tell %s with a type and a message, at the status of the catalogue',
    (code) => {
      const { status, body } = refuse(code);
      expect(status).toBe(PROBLEMS[code].http);
      expect(body).toMatchObject({ type: expect.any(String), message: expect.any(String) });
    },
  );

  it('equal what the real service answers', () => {
    expect(refuse('not-found', subject).body).toEqual({
      message: 'resource is not found',
      resource: 'private_network',
      resource_id: 'id',
      type: 'not_found',
    });
    expect(refuse('forbidden').body).toEqual({
      details: [{ action: 'read', resource: 'private_network' }],
      message: 'insufficient permissions',
      type: 'permissions_denied',
    });
    expect(refuse('precondition-failed', { precondition: 'network_is_empty' }).body).toEqual({
      help_message: 'What is wrong.',
      message: 'precondition is not respected',
      precondition: 'network_is_empty',
      type: 'precondition_failed',
    });
    expect(refuse('quota-exceeded', { ...subject, quota: { limit: 8, current: 8 } }).body).toEqual({
      details: [{ resource: 'private_network', quota: 8, current: 8 }],
      message: 'quota(s) exceeded for this resource',
      type: 'quotas_exceeded',
    });
    expect(refuse('already-exists', subject).body).toEqual({
      help_message: 'What is wrong.',
      message: 'resource already exists',
      resource: 'private_network',
      resource_id: 'id',
      type: 'already_exists',
    });
  });

  it.each([
    ['missing', 'invalid_argument'],
    ['malformed', 'invalid_argument'],
    ['unknown', 'not_found'],
    ['expired', 'expired'],
  ] as const)('tell why authentication is denied: %s is %s', (denial, reason) => {
    expect(scalewayDialect.refuse(new DeniedAuthentication(denial), NEW)).toEqual({
      status: 401,
      body: { message: 'authentication is denied', method: 'api_key', reason, type: 'denied_authentication' },
    });
  });

  it('name arguments as Scaleway does', () => {
    expect(refuse('invalid-argument', { violations }).body).toEqual({
      type: 'invalid_arguments',
      message: 'invalid argument(s)',
      details: [
        { argument_name: 'subnets', reason: 'format', help_message: 'is no network' },
        { argument_name: 'default_route_propagation_enabled', reason: 'constraint', help_message: 'cannot be' },
      ],
    });
  });

  it('speak the older dialect on the Instance API', () => {
    const wrong = { field: 'addressIds', rule: 'constraint' as const, message: 'cannot be' };
    expect(refuse('invalid-argument', { violations: [wrong, { ...wrong, field: 'tags' }] }, OLD).body).toEqual({
      type: 'invalid_request_error',
      message: 'What is wrong.',
      fields: { ipam_ip_ids: ['cannot be'], tags: ['cannot be'] },
    });
    expect(refuse('quota-exceeded', subject, OLD).body).toMatchObject({
      type: 'invalid_request_error',
      message: expect.stringMatching(/quota exceeded for this resource/i),
    });
  });

  it.each([
    ['attachment', 'instance_private_nic'],
    ['instance', 'instance_server'],
    ['address', 'ip'],
    ['vpc', 'vpc'],
    ['route', 'unknown'],
  ])('call the resource %s %s', (resource, name) => {
    expect(refuse('not-found', { resource }).body).toMatchObject({ resource: name, resource_id: '' });
  });

  it('do not say which route is missing, but which one is in the way', () => {
    expect(refuse('not-found', { resource: 'route', resourceId: 'id' }).body).toMatchObject({
      resource: 'unknown',
      resource_id: '',
    });
    expect(refuse('already-exists', { resource: 'route', resourceId: 'id' }).body).toMatchObject({
      resource: 'route',
      resource_id: 'id',
    });
  });

  it('tell a full network apart from a taken address', () => {
    const capacity = { total: '4', used: '2', held: '2', free: '0' };
    expect(refuse('exhausted', { resource: 'subnet', capacity }).body).toMatchObject({
      type: 'out_of_stock',
      capacity,
    });
    expect(refuse('conflict', { resource: 'address', resourceId: 'id' }).body).toMatchObject({
      type: 'already_exists',
    });
    expect(refuse('conflict').body).toMatchObject({ type: 'precondition_failed', precondition: 'conflict' });
    expect(refuse('busy', subject).body).toMatchObject({ type: 'transient_state', current_state: expect.any(String) });
  });
});
