import { makeDataDir, startStack } from '../harness/stack.mjs';

/** Start of everything on data that is new, and then on data that is there, as `npm start` does it in a warm clone. */
export const coldStart = {
  name: 'cold-start',
  title: 'Cold start, ms',
  columns: ['start', 'stores', 'four services', 'target'],
  async run({ plan }) {
    const { dataDir, remove } = makeDataDir();
    try {
      const rows = [];
      for (let start = 0; start <= plan.windows; start++) {
        const { stack, steps } = await startStack(dataDir);
        await stack.stop();
        const what = start === 0 ? 'first, with initdb and migrations' : 'again';
        rows.push({
          start: what,
          stores: steps.get('stores up'),
          'four services': steps.get('services up'),
          target: '< 3000',
        });
      }
      return rows;
    } finally {
      remove();
    }
  },
};
