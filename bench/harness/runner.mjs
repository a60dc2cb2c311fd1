import { ROOT } from '../../tools/bootstrap.mjs';
import { attach } from '../cases/attach.mjs';
import { audit } from '../cases/audit.mjs';
import { bookAddress } from '../cases/book-address.mjs';
import { coldStart } from '../cases/cold-start.mjs';
import { createNetwork } from '../cases/create-network.mjs';
import { footprint, residentOf } from '../cases/footprint.mjs';
import { getOperation } from '../cases/get-operation.mjs';
import { describeCommit, describeMachine, describeStores } from './machine.mjs';
import { makeDataDir, openPool, startStack } from './stack.mjs';
import { printTable } from './table.mjs';

/** In this order: the audit fills the database, and the footprint is of what came before it. */
const CASES = [getOperation, createNetwork, attach, bookAddress, footprint, audit];

/**
 * Runs the cases on one machine in one go and prints a table for each.
 *
 * @param {{plan: {windows: number, windowMs: number, auditedAddresses: number}, only?: string[]}} options
 * @returns {Promise<{date: string, commit: object, machine: object, stores: object, cases: Record<string, object[]>}>}
 */
export async function runCases({ plan, only }) {
  const isWanted = ({ name }) => only === undefined || only.includes(name);
  const machine = describeMachine();
  const report = { date: new Date().toISOString(), commit: describeCommit(ROOT), machine, plan, cases: {} };
  console.log(machine);
  if (isWanted(coldStart)) await runCase(report, coldStart, { plan });
  const { dataDir, remove } = makeDataDir();
  try {
    const { stack } = await startStack(dataDir);
    const database = openPool(stack.stores.postgres.url, 2);
    try {
      report.stores = await describeStores(database, stack.stores.redis.url);
      console.log(report.stores);
      const headers = { 'x-auth-token': stack.credentials.secretKey };
      const context = { plan, stack, database, headers, startedMiB: residentOf(stack) };
      for (const each of CASES.filter(isWanted)) await runCase(report, each, context);
    } finally {
      await database.end();
      await stack.stop();
    }
  } finally {
    remove();
  }
  return report;
}

async function runCase(report, { name, title, columns, run }, context) {
  const rows = await run(context);
  report.cases[name] = rows;
  printTable(title, columns, rows);
}
