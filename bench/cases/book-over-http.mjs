import { PAIR_COLUMNS, pairRows, withBookers } from '../harness/booking-pairs.mjs';
import { bookerOverHttp } from '../harness/bookers.mjs';
import { httpClient } from '../harness/http-client.mjs';

/** What a client of the Scaleway dialect sees of `book-address`: the gateway, its authentication and its JSON on top. */
export const bookOverHttp = {
  name: 'book-over-http',
  title: 'POST /ipam/v1/regions/{region}/ips + DELETE of the address, pairs',
  columns: PAIR_COLUMNS,
  async run(context) {
    const client = httpClient(context.stack.url, context.headers);
    const way = { bookerFor: (family) => bookerOverHttp(client, family), leastRatio: 0.3 };
    try {
      return await withBookers(context, way, pairRows);
    } finally {
      client.close();
    }
  },
};
