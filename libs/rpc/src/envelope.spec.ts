import { ProblemError } from '@isthmus/problem';
import { encodeAnswer, encodeProblem, encodeReplies, parseReplies, parseRequest, rebuildProblem } from './envelope';

const REQUEST = {
  id: 1,
  requestId: 'r',
  pattern: 'p',
  deadline: 2,
  sentAt: 1,
  caller: 'c',
  replyTo: 'replies:c',
  projectId: '',
  principal: '',
  traceparent: null,
  data: { a: 1 },
};

describe('a request', () => {
  it('is read as it was written', () => {
    expect(parseRequest(JSON.stringify(REQUEST))).toEqual(REQUEST);
  });

  it.each(['', '{', 'null', '[]', '7', '{}'])('is none in %p', (text) => {
    expect(parseRequest(text)).toBeUndefined();
  });

  it.each(Object.keys(REQUEST).filter((key) => !['data', 'traceparent'].includes(key)))('needs %s', (key) => {
    expect(parseRequest(JSON.stringify({ ...REQUEST, [key]: undefined }))).toBeUndefined();
    expect(parseRequest(JSON.stringify({ ...REQUEST, [key]: {} }))).toBeUndefined();
  });
});

describe('replies', () => {
  it('travel together', () => {
    const problem = ProblemError.notFound('subnet', 's');
    const message = encodeReplies([encodeAnswer(1, { a: 1 }), encodeAnswer(2, undefined), encodeProblem(3, problem)]);
    expect(parseReplies(message)).toEqual([
      { id: 1, answer: { a: 1 } },
      { id: 2, answer: null },
      { id: 3, problem: problem.toShape() },
    ]);
  });

  it('that cannot be read are none', () => {
    expect(parseReplies('{')).toEqual([]);
    expect(parseReplies('7')).toEqual([]);
  });

  it('with a code of another version are faults', () => {
    const problem = rebuildProblem({ code: 'constructor' as never, detail: 'What?', meta: {} });
    expect(problem.code).toBe('fault');
  });
});
