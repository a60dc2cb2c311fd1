import { createRequire } from 'node:module';
import { seedSubnets } from '../harness/seed.mjs';

const { audit: runAudit } = createRequire(import.meta.url)('../../tools/doctor/invariants.cjs');
const PER_NETWORK = 250;

/** Usable addresses of a /16, of which `plan.scatteredAddresses` are used: as many gaps as there can be. */
const AMONG = 65_534;

/**
 * The auditor on many small networks, half of whose addresses are leases of NICs, on one big one with a lot of gaps, and
 * on all that the cases before have left behind.
 */
export const audit = {
  name: 'audit',
  title: 'Audit (npm run doctor)',
  columns: ['addresses', 'operations', 'invariant', 'seconds', 'target'],
  async run({ plan, stack, database }) {
    const { projectId } = stack.credentials;
    const count = plan.auditedAddresses / PER_NETWORK;
    await seedSubnets(database, { projectId, cidr: '10.0.0.0/24', count, used: PER_NETWORK, isLeased: true });
    await seedSubnets(database, {
      projectId,
      cidr: '10.0.0.0/16',
      count: 1,
      used: plan.scatteredAddresses,
      among: AMONG,
    });
    await database.query('ANALYZE');
    const { rows } = await database.query(
      'SELECT (SELECT count(*) FROM ipam.address)::int AS addresses, (SELECT count(*) FROM ops.operation)::int AS operations',
    );
    const client = await database.connect();
    client.on('error', () => undefined);
    try {
      return await timed(client, rows[0]);
    } finally {
      client.release();
    }
  },
};

async function timed(client, size) {
  const rows = [];
  let sinceMs = performance.now();
  const query = async (sql) => {
    const answer = await client.query(sql);
    const nowMs = performance.now();
    rows.push((nowMs - sinceMs) / 1000);
    sinceMs = nowMs;
    return answer;
  };
  const startedMs = performance.now();
  const results = await runAudit({ query });
  const seconds = (performance.now() - startedMs) / 1000;
  const breached = results.filter(({ breaches }) => breaches.length > 0);
  if (breached.length > 0) throw new Error(`the audit found ${JSON.stringify(breached[0].breaches.slice(0, 3))}`);
  // The first query is the BEGIN.
  const each = results.map(({ id }, index) => ({ ...size, invariant: id, seconds: rows[index + 1] }));
  return [...each, { ...size, invariant: 'all', seconds, target: '< 60' }];
}
