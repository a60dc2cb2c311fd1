import { type ProblemCode, ProblemError, PROBLEMS } from '@isthmus/problem';
import { exoscaleDialect } from './exoscale.errors';

const REQUEST = { method: 'GET', path: '/v2/private-network', requestId: 'r' };
const refuse = (problem: ProblemError) => exoscaleDialect.refuse(problem, REQUEST);

describe('exoscale refusals', () => {
  it.each(Object.keys(PROBLEMS) as ProblemCode[])('tell %s as a message', (code) => {
    const { status, body } = refuse(new ProblemError(code, 'What is wrong.'));
    expect(body).toMatchObject({ message: 'What is wrong.' });
    expect(status).toBeGreaterThanOrEqual(400);
  });

  it('are never retried by the official client unless trying again helps', () => {
    for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
      const { status } = refuse(new ProblemError(code, 'x'));
      const isRetried = status >= 500 || status === 429;
      expect([code, isRetried]).toEqual([code, PROBLEMS[code].retryable || code === 'fault']);
    }
  });

  it('take 403 for missing authentication', () => {
    expect(refuse(new ProblemError('unauthenticated', 'x')).status).toBe(403);
  });

  it('name arguments as Exoscale does', () => {
    const names = ['startIp', 'range.endIp', 'dhcpOptions', 'address', 'instanceId', 'start-ip', 'options.dns-servers'];
    const violations = names.map((field) => ({ field, rule: 'constraint' as const, message: 'is wrong' }));
    expect(refuse(new ProblemError('invalid-argument', 'x', { violations })).body).toMatchObject({
      errors: ['start-ip', 'end-ip', 'options', 'ip', 'instance.id', 'start-ip', 'options.dns-servers'].map((name) => ({
        message: `${name}: is wrong`,
      })),
    });
  });

  it.each([
    ['/v2/private-network', true],
    ['/v2', true],
    ['/zone', true],
    ['/zone/ch-gva-2/v2/operation/x', true],
    ['/private-network/x:attach', true],
    ['/operation/x', true],
    ['/v1/operations/x', false],
    ['/vpc/v2/regions/fr-par/vpcs', false],
    ['/v20', false],
  ])('own %s: %s', (path, isOwn) => {
    expect(exoscaleDialect.owns(path)).toBe(isOwn);
  });
});
