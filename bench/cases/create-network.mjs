import { httpClient, succeed } from '../harness/http-client.mjs';
import { closedLoop, COMPARED_COLUMNS, compared, measureInTurns } from '../harness/load.mjs';
import { startProgram } from '../harness/program.mjs';

const CLIENTS = [1, 8, 32];
const MANAGED = { 'start-ip': '10.0.0.20', 'end-ip': '10.0.0.200', netmask: '255.255.255.0' };
/** OpenStack Neutron's port creates per second at 1, 8 and 32 clients, on a machine like the one the targets were set on. */
const NEUTRON = { 1: 8.6, 8: 9.0, 32: 9.5 };

/** POST of a private network until its operation is success, through all services, beside the minimal prototype. */
export const createNetwork = {
  name: 'create-network',
  title: 'POST /v2/private-network until success',
  columns: ['network', 'c', ...COMPARED_COLUMNS, 'x Neutron'],
  async run({ plan, stack, headers }) {
    const stores = { DATABASE_URL: stack.stores.postgres.url, REDIS_URL: stack.stores.redis.url };
    const worker = await startProgram('counterpart/prototype-worker.mjs', stores);
    const gateway = await startProgram('counterpart/prototype-gateway.mjs', stores);
    const isthmus = httpClient(stack.url, headers);
    const prototype = httpClient(gateway.message.url);
    try {
      const rows = [];
      for (const clients of CLIENTS) rows.push(...(await measure(plan, { isthmus, prototype, clients })));
      return rows;
    } finally {
      isthmus.close();
      prototype.close();
      await Promise.all([gateway.stop(), worker.stop()]);
    }
  },
};

async function measure(plan, { isthmus, prototype, clients }) {
  const creating = (client, body) => (durationMs) =>
    closedLoop({ clients, durationMs, work: () => succeed(client, 'POST', '/v2/private-network', body) });
  const figures = await measureInTurns(plan, {
    managed: creating(isthmus, { name: 'bench', ...MANAGED }),
    bare: creating(prototype, { name: 'bench' }),
    unmanaged: creating(isthmus, { name: 'bench' }),
  });
  const row = (network) => ({
    ...compared({ network, c: clients }, figures[network], figures.bare, targetAt(clients)),
    'x Neutron': figures[network].rate / NEUTRON[clients],
  });
  return [row('managed'), row('unmanaged')];
}

function targetAt(clients) {
  if (clients === 1) return 'p50 <= 4';
  return clients === 32 ? 'rate >= 0.5, 40 x Neutron' : undefined;
}
