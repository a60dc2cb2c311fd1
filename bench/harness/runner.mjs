import { loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { ROOT } from '../../tools/bootstrap.mjs';
import { attach } from '../cases/attach.mjs';
import { audit } from '../cases/audit.mjs';
import { bookAddress } from '../cases/book-address.mjs';
import { bookOverHttp } from '../cases/book-over-http.mjs';
import { coldStart } from '../cases/cold-start.mjs';
import { createNetwork } from '../cases/create-network.mjs';
import { eventFeed } from '../cases/event-feed.mjs';
import { footprint, residentOf } from '../cases/footprint.mjs';
import { getOperation } from '../cases/get-operation.mjs';
import { listAddresses } from '../cases/list-addresses.mjs';
import { provisionGateways } from '../cases/provision-gateways.mjs';
import { waiters } from '../cases/waiters.mjs';
import { webhooks } from '../cases/webhooks.mjs';
import { httpClient, succeed } from './http-client.mjs';
import { closedLoop } from './load.mjs';
import { describeCommit, describeMachine, describeStores } from './machine.mjs';
import { makeDataDir, openPool, startStack } from './stack.mjs';
import { printTable } from './table.mjs';

const LAST_STATEMENT_MS = 2_000;

/** In this order: the footprint is of what came before it, and the last three fill the database. */
const CASES = [
  ...[getOperation, createNetwork, attach, provisionGateways, bookAddress, bookOverHttp],
  ...[footprint, webhooks, waiters],
  ...[audit, listAddresses, eventFeed],
];

/**
 * Runs the cases on one machine in one go and prints a table for each.
 *
 * @param {object} options
 * @param {{windows: number, windowMs: number, auditedAddresses: number, scatteredAddresses: number,
 *   listedAddresses: number, fedEvents: number}} options.plan
 * @param {string[]} [options.only] names of cases; all of them unless told
 * @param {Promise<never>} options.interruption rejects when the run shall end early
 * @returns {Promise<{date: string, commit: object, machine: object, stores: object, cases: Record<string, object[]>}>}
 */
export async function runCases({ plan, only, interruption }) {
  const isWanted = ({ name }) => only === undefined || only.includes(name);
  const machine = describeMachine();
  const report = {
    date: new Date().toISOString(),
    commit: describeCommit(ROOT),
    machine,
    plan,
    loadAfter: {},
    cases: {},
  };
  console.log(machine);
  if (isWanted(coldStart)) await Promise.race([interruption, runCase(report, coldStart, { plan })]);
  const { dataDir, remove } = makeDataDir();
  try {
    const { stack } = await startStack(dataDir);
    const database = openPool(stack.stores.postgres.url, 2);
    try {
      report.stores = await describeStores(database, stack.stores.redis.url);
      console.log(report.stores);
      const headers = { 'x-auth-token': stack.credentials.secretKey };
      const context = { plan, stack, database, headers, startedMiB: residentOf(stack) };
      await warmUp(context);
      for (const each of CASES.filter(isWanted)) await Promise.race([interruption, runCase(report, each, context)]);
    } finally {
      // Interrupted in the middle of a statement, the pool would wait for its end.
      await Promise.race([database.end(), pause(LAST_STATEMENT_MS)]);
      await stack.stop();
    }
  } finally {
    remove();
  }
  return report;
}

/** Compiled code and statistics, as a service has them that is up for some minutes. */
async function warmUp({ plan, stack, database, headers }) {
  const client = httpClient(stack.url, headers);
  const body = { name: 'bench', 'start-ip': '10.0.0.20', 'end-ip': '10.0.0.200', netmask: '255.255.255.0' };
  const work = () => succeed(client, 'POST', '/v2/private-network', body);
  await closedLoop({ clients: 8, durationMs: plan.windowMs * 2, work });
  client.close();
  await database.query('ANALYZE');
}

async function runCase(report, { name, title, columns, run }, context) {
  const rows = await run(context);
  report.cases[name] = rows;
  report.loadAfter[name] = Number(loadavg()[0].toFixed(2));
  printTable(`${title} (load average after it: ${report.loadAfter[name]})`, columns, rows);
}
