import { type ProblemCode, ProblemError, PROBLEMS } from '@isthmus/problem';
import type { WireRequest } from '../../identity/credentials';
import { basic, bearer } from './native.auth';
import { nativeDialect } from './native.errors';

const requestWith = (authorization: string): WireRequest => ({
  method: 'GET',
  url: '/',
  headers: { authorization },
  body: Buffer.alloc(0),
});
const encode = (text: string): string => Buffer.from(text).toString('base64');

describe('basic and bearer', () => {
  it('read their own header in any case', () => {
    expect(bearer.read(requestWith('bearer abc'), 0)).toEqual({ kind: 'secret', secret: 'abc', accessKey: null });
    expect(basic.read(requestWith(`BASIC ${encode('key:se:cret')}`), 0)).toEqual({
      kind: 'secret',
      secret: 'se:cret',
      accessKey: 'key',
    });
  });

  it('leave every other header alone', () => {
    for (const header of ['', 'Basic', 'Bearers abc', `Basically ${encode('a:b')}`, 'EXO2-HMAC-SHA256 credential=x']) {
      expect([basic.read(requestWith(header), 0), bearer.read(requestWith(header), 0)]).toEqual([null, null]);
    }
  });

  it.each(['nocolon', ':secretonly', ''])('refuse %j', (text) => {
    expect(() => basic.read(requestWith(`Basic ${encode(text)}`), 0)).toThrow(
      expect.objectContaining({ denial: 'malformed' }),
    );
  });
});

describe('native refusals', () => {
  it.each(Object.keys(PROBLEMS) as ProblemCode[])('tell %s as RFC 9457 has it', (code) => {
    const problem = new ProblemError(code, 'What is wrong.', { resource: 'vpc', resourceId: 'id' });
    expect(nativeDialect.refuse(problem, { method: 'GET', path: '/v1/x', requestId: 'r' })).toEqual({
      status: PROBLEMS[code].http,
      contentType: 'application/problem+json',
      body: {
        type: `urn:isthmus:problem:${code}`,
        title: expect.any(String),
        status: PROBLEMS[code].http,
        detail: 'What is wrong.',
        instance: '/v1/x',
        code,
        resource: 'vpc',
        resourceId: 'id',
        requestId: 'r',
      },
    });
  });
});
