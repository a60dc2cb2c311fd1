import { until } from '@isthmus/testing';
import type { MemoryFabricDriver } from '../src/fabric/memory-fabric.driver';

/** The next such call is on its way to the fabric and does not get there until it is let go. */
export function holdNext(fabric: MemoryFabricDriver, call: 'ensurePort' | 'ensureRoute') {
  let letGo: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  const known = fabric[call].bind(fabric) as (wanted: never, signal: AbortSignal) => Promise<void>;
  const spy = jest.spyOn(fabric, call).mockImplementationOnce(async (wanted, signal) => {
    await gate;
    return known(wanted as never, signal);
  });
  return {
    isHeld: () => until(`${call} is held`, () => spy.mock.calls.length > 0),
    letGo: () => {
      letGo();
      spy.mockRestore();
    },
  };
}
