import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../process/run.mjs';

export const SUPERUSER = 'postgres';
export const DATABASE = 'isthmus';

/**
 * Makes a cluster with one database, whole or not at all: it gets its name only when it is complete.
 *
 * @param {{folder: string, cluster: string, user: import('./postgres-user.mjs').PostgresUser}} place
 * @param {{binaries: string, password: string, durable: boolean}} options
 */
export async function initCluster({ folder, cluster, user }, { binaries, password, durable }) {
  for (const name of readdirSync(folder)) {
    if (name.startsWith('new-')) rmSync(join(folder, name), { recursive: true, force: true });
  }
  const draft = mkdtempSync(join(folder, 'new-'));
  const data = join(draft, 'cluster');
  const passwordFile = join(draft, 'password');
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user.uid !== undefined) for (const path of [draft, data, passwordFile]) chownSync(path, user.uid, user.gid);
  const as = { uid: user.uid, gid: user.gid, cwd: draft, env: postgresEnv(draft) };
  // Postgres' own C.UTF-8: byte order as in C, letters of all scripts, and the same on every system.
  const locale = ['-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const flags = [...locale, `--username=${SUPERUSER}`, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  if (!durable) flags.push('--no-sync');
  await must(run(join(binaries, 'bin', 'initdb'), ['-D', data, ...flags], as), 'initdb');
  // Single-user mode: no server, no port and no client library needed.
  const single = ['--single', '-F', '-D', data, 'postgres'];
  const input = `CREATE DATABASE ${DATABASE};\n`;
  await must(run(join(binaries, 'bin', 'postgres'), single, { ...as, input }), 'CREATE DATABASE');
  if (!existsSync(cluster)) renameSync(data, cluster);
  rmSync(draft, { recursive: true, force: true });
}

/** A fixed, small environment: Postgres takes its locale and its defaults (PGPORT, PGDATA, …) from there. */
export function postgresEnv(home) {
  return { LC_ALL: 'C', TZ: 'UTC', HOME: home, PATH: process.env.PATH ?? '' };
}

async function must(running, what) {
  const { code, output } = await running;
  if (code !== 0) throw new Error(`${what} failed (${code}):\n${output.trim()}`);
}
