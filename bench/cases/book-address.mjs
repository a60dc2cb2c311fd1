import { bookerOnBus, bookerOnDatabase } from '../harness/bookers.mjs';
import { connectToBus } from '../harness/bus-client.mjs';
import { closedLoop, COMPARED_COLUMNS, compared, measureInTurns } from '../harness/load.mjs';
import { clearSubnets, seedSubnets } from '../harness/seed.mjs';
import { openPool } from '../harness/stack.mjs';

const CLIENTS = [1, 8, 32];
const MOST = 32;
const TARGET = 'rate >= 0.5, flat >= 0.75';

/** Usable addresses, and how many of them are used at "0", "50" and "99" percent. */
const SIZES = [
  // Room for all clients must be left: a nearly full /24 has places for two.
  {
    name: '/24',
    cidr: '10.0.0.0/24',
    family: 4,
    fills: [
      [0, '0 %'],
      [127, '50 %', 254],
      [214, '84 %', 254],
    ],
  },
  {
    name: '/16',
    cidr: '10.0.0.0/16',
    family: 4,
    fills: [
      [0, '0 %'],
      [32_767, '50 %', 65_534],
      [64_878, '99 %', 65_534],
    ],
  },
  {
    name: '/64',
    cidr: 'fd00::/64',
    family: 6,
    fills: [
      [0, '0'],
      [50_000, '50 k', 100_000],
      [100_000, '100 k', 200_000],
    ],
  },
];

/** Pairs of booking and release, so that the fill stays, through messaging and by the same SQL from a bare client. */
export const bookAddress = {
  name: 'book-address',
  title: 'address.book + address.release over messaging, pairs (a row with "refusal": bookings on a full subnet)',
  columns: ['subnet', 'used', 'c', ...COMPARED_COLUMNS, 'flat'],
  async run({ plan, stack, database }) {
    const { projectId } = stack.credentials;
    const bus = await connectToBus(stack.stores.redis.url, projectId);
    const pools = CLIENTS.map((max) => openPool(stack.stores.postgres.url, max));
    const context = {
      plan,
      database,
      projectId,
      bus,
      seeded: [],
      poolFor: (clients) => pools[CLIENTS.indexOf(clients)],
    };
    try {
      return [
        ...(await oneHotSubnet(context)),
        ...(await clientsOn(
          context,
          { subnet: '/16', cidr: '10.0.0.0/16', count: 1, used: 32_767, among: 65_534 },
          [1, 8],
        )),
        ...(await clientsOn(
          context,
          { subnet: '100 x /24', cidr: '10.0.0.0/24', count: 100, used: 127, among: 254 },
          CLIENTS,
        )),
        ...(await refusals(context)),
      ];
    } finally {
      bus.close();
      await clearSubnets(database, context.seeded);
      await Promise.all(pools.map((pool) => pool.end()));
    }
  },
};

async function oneHotSubnet(context) {
  const rows = [];
  for (const { name, cidr, family, fills } of SIZES) {
    for (const [used, fill, among] of fills) {
      const subnetIds = await seed(context, { cidr, count: 1, used, among });
      const figures = await comparePairs(context, { subnetIds, family, clients: MOST });
      rows.push(compared({ subnet: name, used: fill, c: MOST }, figures.isthmus, figures.bare, TARGET));
    }
  }
  const fastest = Math.max(...rows.map((row) => row['rate/s']));
  return rows.map((row) => ({ ...row, flat: row['rate/s'] / fastest }));
}

async function clientsOn(context, { subnet, ...wanted }, clientCounts) {
  const subnetIds = await seed(context, wanted);
  const rows = [];
  for (const clients of clientCounts) {
    const figures = await comparePairs(context, { subnetIds, family: 4, clients });
    const target = clients === MOST ? 'rate >= 0.5' : undefined;
    rows.push(compared({ subnet, used: '50 %', c: clients }, figures.isthmus, figures.bare, target));
  }
  return rows;
}

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
    const { isthmus, bare } = bookers(context, 4, clients);
    const figures = await measureInTurns(context.plan, { isthmus: refused(isthmus), bare: refused(bare) });
    rows.push(
      compared({ subnet: '/24 refusal', used: '100 %', c: clients }, figures.isthmus, figures.bare, 'as a pair'),
    );
  }
  return rows;
}

function comparePairs(context, { subnetIds, family, clients }) {
  const { isthmus, bare } = bookers(context, family, clients);
  const pairs = (booker) => (durationMs) => closedLoop({ clients, durationMs, work: () => pair(booker, subnetIds) });
  return measureInTurns(context.plan, { isthmus: pairs(isthmus), bare: pairs(bare) });
}

async function pair(booker, subnetIds) {
  const addressId = await booker.book(subnetIds[Math.floor(Math.random() * subnetIds.length)]);
  if (addressId === null) throw new Error('a subnet with free addresses said that it was full');
  await booker.release(addressId);
}

function bookers({ bus, poolFor, projectId }, family, clients) {
  return { isthmus: bookerOnBus(bus, family), bare: bookerOnDatabase(poolFor(clients), projectId, family) };
}

async function seed({ database, projectId, seeded }, wanted) {
  const subnetIds = await seedSubnets(database, { projectId, ...wanted });
  seeded.push(...subnetIds);
  return subnetIds;
}
