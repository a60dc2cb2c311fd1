import { type ProblemCode, ProblemError, type ProblemMeta } from '@isthmus/problem';

/** A refusal that this dialect itself makes and UpCloud has a code of its own for. */
export class UpcloudProblem extends ProblemError {
  constructor(
    readonly errorCode: string,
    code: ProblemCode,
    detail: string,
    meta: ProblemMeta = {},
  ) {
    super(code, detail, meta);
  }
}
