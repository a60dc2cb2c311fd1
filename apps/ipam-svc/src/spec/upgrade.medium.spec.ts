import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { migrate } from '@isthmus/db';
import { MIGRATIONS } from '../app.module';

/** When the migration under test was written, as in the names of the migrations. */
const WRITTEN_AT = 1763700000000;

/** A deployment that has addresses, and a release that may still be undone, from before zones and regions of addresses. */
describe('an upgrade', () => {
  it('keeps what there is, and what can be undone', async () => {
    const server = process.env.TEST_DATABASE_URL ?? '';
    const database = `ipam_upgrade_${randomBytes(6).toString('hex')}`;
    const admin = new Client({ connectionString: server });
    await admin.connect();
    await admin.query(`CREATE DATABASE ${database}`);
    const url = Object.assign(new URL(server), { pathname: `/${database}` }).toString();
    const former = MIGRATIONS.map((set) => ({
      ...set,
      migrations: set.migrations.filter(({ name }) => set.schema !== 'ipam' || Number(name.slice(-13)) < WRITTEN_AT),
    }));
    const client = new Client({ connectionString: url });
    try {
      await migrate(url, former);
      await client.connect();
      await client.query(`
        SELECT ipam.add_subnet(jsonb_populate_record(NULL::ipam.subnet, jsonb_build_object('id', uuidv7(), 'project_id',
          uuidv7(), 'private_network_id', uuidv7(), 'vpc_id', uuidv7(), 'region', 'fr-par', 'is_joined', false, 'cidr',
          '10.0.0.0/29', 'range_start', '10.0.0.1', 'range_end', '10.0.0.6', 'created_by_request', 'x', 'created_at',
          now(), 'updated_at', now())));
        SELECT ipam.allocate(project_id, NULL, id, 4, NULL, n > 1, CASE n WHEN 1 THEN 'nic' END,
                             CASE n WHEN 1 THEN 'n' END, NULL, NULL, NULL, '{}', 'r' || n)
          FROM ipam.subnet, generate_series(1, 2) n;
        INSERT INTO ipam.inbox (request_id) VALUES ('gone');
        SELECT ipam.release(project_id, id, 'gone') FROM ipam.address WHERE is_reserved;`);
      await migrate(url, MIGRATIONS);
      await client.query(`
        SELECT ipam.restore_address(jsonb_populate_record(NULL::ipam.address, data -> 0)) FROM ipam.undo_note`);
      const { rows } = await client.query(
        `SELECT region, host(address) AS address, reverses, attached_at IS NOT NULL AS "isAttached"
           FROM ipam.address ORDER BY address`,
      );
      expect(rows).toEqual([
        { region: 'fr-par', address: '10.0.0.1', reverses: [], isAttached: true },
        { region: 'fr-par', address: '10.0.0.2', reverses: [], isAttached: false },
      ]);
    } finally {
      await client.end();
      await admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
      await admin.end();
    }
  });
});
