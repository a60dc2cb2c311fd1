import { randomUUID } from 'node:crypto';
import { httpClient, succeed } from '../harness/http-client.mjs';
import { closedLoop, compared, measureInTurns } from '../harness/load.mjs';

const CLIENTS = [1, 8, 32];
const SLASH_16 = { 'start-ip': '10.0.0.20', 'end-ip': '10.0.255.200', netmask: '255.255.0.0' };
/** How many attachments a network may have. */
const PLACES = 250;

/** Attaching new instances to one managed /16 until success; when its quota is used up, to the next. */
export const attach = {
  name: 'attach',
  title: 'PUT /v2/private-network/{id}:attach until success, everybody on one managed /16',
  columns: ['c', 'rate/s', 'p50 ms', 'p99 ms'],
  async run({ plan, stack, headers }) {
    const client = httpClient(stack.url, headers);
    const nextPlace = placesOn(client);
    const work = async () => {
      const networkId = await nextPlace();
      await succeed(client, 'PUT', `/v2/private-network/${networkId}:attach`, { instance: { id: randomUUID() } });
    };
    try {
      const rows = [];
      for (const clients of CLIENTS) {
        const { isthmus } = await measureInTurns(plan, {
          isthmus: (durationMs) => closedLoop({ clients, durationMs, work }),
        });
        rows.push(compared({ c: clients }, isthmus));
      }
      return rows;
    } finally {
      client.close();
    }
  },
};

/** Hands out the places of one network after the other; the next network is made while the last one fills up. */
function placesOn(client) {
  const create = async () =>
    (await succeed(client, 'POST', '/v2/private-network', { name: 'bench', ...SLASH_16 })).reference.id;
  let current = create();
  let next = create();
  let taken = 0;
  return () => {
    if (taken === PLACES) {
      current = next;
      next = create();
      taken = 0;
    }
    taken += 1;
    return current;
  };
}
