import { httpClient } from '../harness/http-client.mjs';
import { closedLoop, measureInTurns } from '../harness/load.mjs';
import { seedSubnets } from '../harness/seed.mjs';

const CLIENTS = [1, 8];
const PAGE_SIZE = 100;
const PER_SUBNET = 250;
const FAR_PAGE = 1_000;
const FEW_ADDRESSES = 10_000;

/** Regions that no other case touches, one for each number of addresses, so that pages of both are asked for in turns. */
const REGION_OF_FEW = 'nl-ams';
const REGION_OF_MANY = 'pl-waw';

/**
 * The first page of a project's addresses and a far one, of few addresses and of many. Nothing is cleared afterwards: to
 * delete a million rows would leave the cases after it with their remains.
 */
export const listAddresses = {
  name: 'list-addresses',
  title: 'GET /ipam/v1/regions/{region}/ips?page_size=100, addresses of one project in subnets of 250',
  columns: ['addresses', 'page', 'c', 'rate/s', 'p50 ms', 'p99 ms', 'p50 to best', 'p99 to best', 'target'],
  async run({ plan, stack, database, headers }) {
    const { projectId } = stack.credentials;
    const lists = [
      { region: REGION_OF_FEW, addresses: FEW_ADDRESSES },
      { region: REGION_OF_MANY, addresses: plan.listedAddresses },
    ];
    for (const { region, addresses } of lists) {
      const count = addresses / PER_SUBNET;
      await seedSubnets(database, { projectId, region, cidr: '10.0.0.0/24', count, used: PER_SUBNET });
    }
    // As autovacuum leaves a table some time after so many bookings.
    await database.query('VACUUM (ANALYZE) ipam.subnet, ipam.address, ipam.free_interval');
    const client = httpClient(stack.url, headers);
    try {
      const pages = lists.flatMap(pagesOf);
      for (const page of pages) await check(client, page);
      const rows = [];
      for (const clients of CLIENTS) rows.push(...(await measure(plan, { client, pages, clients })));
      return rows;
    } finally {
      client.close();
    }
  },
};

function pagesOf({ region, addresses }) {
  const farPage = Math.min(FAR_PAGE, addresses / PAGE_SIZE);
  return [1, farPage].map((page) => ({
    ...{ addresses, page },
    path: `/ipam/v1/regions/${region}/ips?page=${page}&page_size=${PAGE_SIZE}`,
  }));
}

/** A page that is short, or of other addresses than those that were seeded, would say nothing. */
async function check(client, { path, addresses }) {
  const { ips, total_count: total } = await client.send('GET', path);
  if (ips.length !== PAGE_SIZE || total !== addresses) throw new Error(`${path} has ${ips.length} of ${total}`);
}

async function measure(plan, { client, pages, clients }) {
  const loadOf =
    ({ path }) =>
    (durationMs) =>
      closedLoop({ clients, durationMs, work: () => client.send('GET', path) });
  const figures = await measureInTurns(plan, Object.fromEntries(pages.map((page) => [page.path, loadOf(page)])));
  const best = (name) => Math.min(...Object.values(figures).map((each) => each[name]));
  return pages.map(({ addresses, page, path }) => {
    const { rate, p50Ms, p99Ms } = figures[path];
    return {
      ...{ addresses, page, c: clients, 'rate/s': rate, 'p50 ms': p50Ms, 'p99 ms': p99Ms },
      ...{ 'p50 to best': p50Ms / best('p50Ms'), 'p99 to best': p99Ms / best('p99Ms') },
      target: clients === 1 ? 'p99 < 50 ms, to best <= 1.3' : undefined,
    };
  });
}
