import { bookerOnDatabase } from './bookers.mjs';
import { closedLoop, COMPARED_COLUMNS, compared, measureInTurns } from './load.mjs';
import { clearSubnets, seedSubnets } from './seed.mjs';
import { openPool } from './stack.mjs';

const CLIENTS = [1, 8, 32];
export const MOST = 32;
const WARM_UP_MS = 4_000;

export const PAIR_COLUMNS = ['subnet', 'used', 'c', ...COMPARED_COLUMNS, 'flat'];

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

/**
 * Runs `work` with what it takes to compare a way of booking with the same SQL from a bare client, and clears up after it.
 *
 * @param {{plan: object, stack: object, database: import('pg').Pool}} run
 * @param {{bookerFor: (family: 4 | 6) => object, leastRatio: number}} way what bookers.mjs describes, by family, and its
 *   target beside the bare client
 * @param {(context: object) => Promise<object[]>} work
 */
export async function withBookers({ plan, stack, database }, { bookerFor, leastRatio }, work) {
  const { projectId } = stack.credentials;
  const pools = CLIENTS.map((max) => openPool(stack.stores.postgres.url, max));
  const bareFor = (clients, family) => bookerOnDatabase(pools[CLIENTS.indexOf(clients)], projectId, family);
  const context = { plan, database, projectId, seeded: [], bookerFor, bareFor, target: `rate >= ${leastRatio}` };
  try {
    return await work(context);
  } finally {
    await clearSubnets(database, context.seeded);
    await Promise.all(pools.map((pool) => pool.end()));
  }
}

/** Pairs of booking and release, so that the fill stays: on one subnet of every size and fill, and over a hundred. */
export async function pairRows(context) {
  const hot = { subnet: '/16', cidr: '10.0.0.0/16', count: 1, used: 32_767, among: 65_534 };
  const spread = { subnet: '100 x /24', cidr: '10.0.0.0/24', count: 100, used: 127, among: 254 };
  await warmUp(context, spread);
  return [
    ...(await oneHotSubnet(context)),
    ...(await clientsOn(context, hot, [1, 8])),
    ...(await clientsOn(context, spread, CLIENTS)),
  ];
}

/** Else the rows of the first seconds, whichever they are, are at half the rate of the later ones. */
async function warmUp(context, wanted) {
  const subnetIds = await seed(context, wanted);
  const booker = context.bookerFor(4);
  await closedLoop({ clients: MOST, durationMs: WARM_UP_MS, work: () => pair(booker, subnetIds) });
}

async function oneHotSubnet(context) {
  const target = `${context.target}, flat >= 0.75`;
  const rows = [];
  for (const { name, cidr, family, fills } of SIZES) {
    for (const [used, fill, among] of fills) {
      const subnetIds = await seed(context, { cidr, count: 1, used, among });
      const figures = await comparePairs(context, { subnetIds, family, clients: MOST });
      rows.push(compared({ subnet: name, used: fill, c: MOST }, figures.isthmus, figures.bare, target));
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
    const target = clients === MOST ? context.target : undefined;
    rows.push(compared({ subnet, used: '50 %', c: clients }, figures.isthmus, figures.bare, target));
  }
  return rows;
}

function comparePairs(context, { subnetIds, family, clients }) {
  const pairs = (booker) => (durationMs) => closedLoop({ clients, durationMs, work: () => pair(booker, subnetIds) });
  return compareBookers(context, { family, clients }, pairs);
}

/** Both ways in turns; `loadOf` makes of a booker what `measureInTurns` runs. */
export function compareBookers({ plan, bookerFor, bareFor }, { family, clients }, loadOf) {
  return measureInTurns(plan, { isthmus: loadOf(bookerFor(family)), bare: loadOf(bareFor(clients, family)) });
}

async function pair(booker, subnetIds) {
  const addressId = await booker.book(subnetIds[Math.floor(Math.random() * subnetIds.length)]);
  if (addressId === null) throw new Error('a subnet with free addresses said that it was full');
  await booker.release(addressId);
}

/** Subnets that are cleared at the end; see `seedSubnets`. */
export async function seed({ database, projectId, seeded }, wanted) {
  const subnetIds = await seedSubnets(database, { projectId, ...wanted });
  seeded.push(...subnetIds);
  return subnetIds;
}
