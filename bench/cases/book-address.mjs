import { compareBookers, MOST, PAIR_COLUMNS, pairRows, seed, withBookers } from '../harness/booking-pairs.mjs';
import { bookerOnBus } from '../harness/bookers.mjs';
import { connectToBus } from '../harness/bus-client.mjs';
import { closedLoop, compared } from '../harness/load.mjs';

/** Pairs of booking and release, so that the fill stays, through messaging and by the same SQL from a bare client. */
export const bookAddress = {
  name: 'book-address',
  title: 'address.book + address.release over messaging, pairs (a row with "refusal": bookings on a full subnet)',
  columns: PAIR_COLUMNS,
  async run(context) {
    const { stores, credentials } = context.stack;
    const bus = await connectToBus(stores.redis.url, credentials.projectId);
    const way = { bookerFor: (family) => bookerOnBus(bus, family), leastRatio: 0.5 };
    try {
      return await withBookers(context, way, async (pairs) => [...(await pairRows(pairs)), ...(await refusals(pairs))]);
    } finally {
      bus.close();
    }
  },
};

async function refusals(context) {
  const [subnetId] = await seed(context, { cidr: '10.0.0.0/24', count: 1, used: 254 });
  const rows = [];
  for (const clients of [1, MOST]) {
    const refused = (booker) => (durationMs) =>
      closedLoop({
        ...{ clients, durationMs },
        work: async () => {
          if ((await booker.book(subnetId)) !== null) throw new Error('a full subnet had an address');
        },
      });
    const figures = await compareBookers(context, { family: 4, clients }, refused);
    rows.push(
      compared({ subnet: '/24 refusal', used: '100 %', c: clients }, figures.isthmus, figures.bare, 'as a pair'),
    );
  }
  return rows;
}
