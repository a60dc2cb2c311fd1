import { inspect, isDeepStrictEqual } from 'node:util';

/** Something that was shown is not as it should be. */
export class FailedExpectation extends Error {
  constructor(what, { wanted, got }) {
    super(`${what}\n      expected  ${inspectLine(wanted)}\n      got       ${inspectLine(got)}`);
    this.name = 'FailedExpectation';
  }
}

/**
 * Ticks off what holds, and throws what does not.
 *
 * @param {{tick: (text: string, rest?: string) => void}} screen
 * @returns {((what: string, got: unknown, wanted: unknown) => void) & {quietly: (what: string, got: unknown, wanted: unknown) => void, count: () => number}}
 *   `quietly` is for what everybody takes for granted: only its failure is shown
 */
export function expectations(screen) {
  let held = 0;
  const quietly = (what, got, wanted) => {
    if (!isDeepStrictEqual(got, wanted)) throw new FailedExpectation(what, { wanted, got });
    held += 1;
  };
  const expect = (what, got, wanted) => {
    quietly(what, got, wanted);
    screen.tick(what);
  };
  return Object.assign(expect, { quietly, count: () => held });
}

function inspectLine(value) {
  return inspect(value, { depth: 8, breakLength: Infinity });
}
