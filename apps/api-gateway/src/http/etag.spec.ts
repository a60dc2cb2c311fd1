import type { FastifyReply } from 'fastify';
import { bodyTag, checkIfMatch, isKnownToCaller, revisionTag } from './etag';

const TAG = revisionTag('7f', 3);

function read(tag: string, ifNoneMatch?: string): { isKnown: boolean; told: unknown[] } {
  const told: unknown[] = [];
  const reply = {
    header: (_name: string, value: string) => told.push(value),
    code: (status: number) => told.push(status),
  };
  return { isKnown: isKnownToCaller(tag, ifNoneMatch, reply as unknown as FastifyReply), told };
}

describe('entity tags', () => {
  it('are strong for a revision, and weak for an answer', () => {
    expect(TAG).toBe('"7f.3"');
    expect(bodyTag({ a: 1 })).toMatch(/^W\/"[\w-]{43}"$/);
    expect(bodyTag({ a: 1 })).not.toBe(bodyTag({ a: 2 }));
  });

  it.each([[TAG], ['*'], [`W/${TAG}`], [`"7f.2", ${TAG}`], [`"7f.2",W/${TAG}`]])(
    'are known to a caller that sends If-None-Match: %s',
    (ifNoneMatch) => expect(read(TAG, ifNoneMatch)).toEqual({ isKnown: true, told: [TAG, 304] }),
  );

  it.each([[undefined], ['"7f.2"'], ['7f.3'], ['"x7f.3"'], ['']])(
    'are told to a caller that sends If-None-Match: %s',
    (ifNoneMatch) => expect(read(TAG, ifNoneMatch)).toEqual({ isKnown: false, told: [TAG] }),
  );

  it.each([[undefined], [TAG], ['*'], [`"7f.2", ${TAG}`]])('let a change pass with If-Match: %s', (ifMatch) =>
    expect(() => checkIfMatch(TAG, ifMatch)).not.toThrow(),
  );

  it.each([['"7f.2"'], [`W/${TAG}`], ['7f.3'], ['']])('refuse a change with If-Match: %s', (ifMatch) =>
    expect(() => checkIfMatch(TAG, ifMatch)).toThrow(
      expect.objectContaining({
        code: 'precondition-failed',
        meta: { violations: [{ field: 'If-Match', rule: 'constraint', message: expect.stringContaining(TAG) }] },
      }),
    ),
  );
});
