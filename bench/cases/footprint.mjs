import { residentMiB } from '../harness/machine.mjs';

/** Memory of each service after everything that was asked of it. */
export const footprint = {
  name: 'footprint',
  title: 'Resident memory after the run, MiB',
  columns: ['service', 'started', 'after the run', 'target'],
  run({ stack, startedMiB }) {
    const rows = [...stack.services].map(([service, { pid }]) => ({
      ...{ service, started: startedMiB.get(service), 'after the run': residentMiB(pid), target: '< 150' },
    }));
    return Promise.resolve(rows);
  },
};

export function residentOf(stack) {
  return new Map([...stack.services].map(([service, { pid }]) => [service, residentMiB(pid)]));
}
