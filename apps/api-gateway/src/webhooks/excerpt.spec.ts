import { excerptOf } from './excerpt';

const shown = (text: string): string => excerptOf(Buffer.from(text));

describe('the excerpt of an answer', () => {
  it('is the answer when there is nothing to hide', () => {
    expect(shown('{"error":"no such tenant","line":3}\n')).toBe('{"error":"no such tenant","line":3}\n');
  });

  it.each([
    ['{"secret":"hunter2","a":1}', '{"secret":[redacted],"a":1}'],
    ['{"client_secret": "hu\\"nter2"}', '{"client_secret": [redacted]}'],
    ['{"api_key":"hunter2', '{"api_key":[redacted]'],
    ["password = 'hunter2'", 'password = [redacted]'],
    ['login?access_token=hunter2&page=1', 'login?access_token=[redacted]&page=1'],
    ['got Bearer abcdefghijkl.mno', 'got Bearer [redacted]'],
    ['I expected whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw!', 'I expected [redacted]!'],
    ['jwt eyJhbGciOi.eyJzdWIi.c2ln here', 'jwt [redacted] here'],
  ])('of %s is %s', (answer, excerpt) => expect(shown(answer)).toBe(excerpt));

  it('is cut to 1000 characters, after secrets were hidden, and never within a character', () => {
    expect(shown('✓'.repeat(5_000))).toBe('✓'.repeat(1_000));
    const secret = `${'a'.repeat(980)} token=abcdefghijklmnopqrstuvwxyz`;
    expect(shown(secret)).toBe(`${'a'.repeat(980)} token=[redacted]`.slice(0, 1_000));
  });

  // Each of these would keep a careless expression busy for the time of the test.
  it.each([
    'x',
    'a-',
    '"',
    "'",
    ' ',
    'secret',
    'secret ',
    'token=',
    'bearer ',
    'eyJ-',
    'eyJ.',
    'whsec_',
    '"secret":"\\\\',
  ])('is made in no time of 64 kB of %p', (part) => {
    expect(shown(part.repeat(65_536 / part.length)).length).toBeLessThanOrEqual(1_000);
  });

  it('has no control characters, and survives bytes that are no text', () => {
    expect(shown('a\u0000b\u001b[31mc\tx\n')).toBe('ab[31mc\tx\n');
    expect(excerptOf(Buffer.from([0xff, 0xfe, 0x41]))).toBe('\ufffd\ufffdA');
  });
});
