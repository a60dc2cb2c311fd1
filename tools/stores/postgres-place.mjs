import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { canUseFolder, choosePostgresUser } from './postgres-user.mjs';

const SYSTEM_FOLDER = '/var/lib/isthmus';

/**
 * Where Postgres keeps its files, and who runs it: `dataDir/postgres`, unless that account cannot get there (root's own or a
 * 0700 folder above it); then a folder under /var/lib/isthmus, with `dataDir/postgres.location` naming it.
 *
 * @param {string} dataDir exists
 * @param {{info: (line: string) => void}} log
 * @returns {{folder: string, cluster: string, user: import('./postgres-user.mjs').PostgresUser}}
 *   `cluster` is the PGDATA folder inside `folder`; it may not exist yet
 */
export function choosePlace(dataDir, log) {
  const pointer = join(dataDir, 'postgres.location');
  const folder = existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : join(dataDir, 'postgres');
  const cluster = join(folder, 'cluster');
  const user = choosePostgresUser(cluster);
  if (ownFolder(folder, user)) return { folder, cluster, user };
  if (existsSync(cluster)) {
    throw new Error(
      `${user.name} owns the data in ${cluster} but cannot reach it: open the folders above it (chmod o+x)`,
    );
  }
  if (user.uid === undefined) throw new Error(`${folder} is not writable; choose another DATA_DIR`);
  return elsewhere(dataDir, pointer, user, log);
}

function elsewhere(dataDir, pointer, user, log) {
  if (!existsSync(SYSTEM_FOLDER)) {
    mkdirSync(SYSTEM_FOLDER, { recursive: true });
    chmodSync(SYSTEM_FOLDER, 0o755);
  }
  const hash = createHash('sha256').update(realpathSync(dataDir)).digest('hex').slice(0, 16);
  // A folder without a pointer to it is left from a DATA_DIR that was removed: its password went with it.
  const names = [hash, ...Array.from({ length: 100 }, (_, index) => `${hash}-${index + 2}`)];
  const folder = names.map((name) => join(SYSTEM_FOLDER, name)).find((path) => !existsSync(path));
  if (!folder || !ownFolder(folder, user)) {
    throw new Error(
      `${user.name} can use neither ${dirname(pointer)} nor ${SYSTEM_FOLDER}; choose another DATA_DIR, or set DATABASE_URL`,
    );
  }
  writeFileSync(pointer, `${folder}\n`);
  rmSync(join(dataDir, 'postgres'), { recursive: true, force: true });
  log.info(`  ${user.name} cannot reach ${dataDir}: Postgres keeps its data in ${folder}`);
  return { folder, cluster: join(folder, 'cluster'), user };
}

/** Makes the folder that account's own; false when it cannot be used by it all the same. */
function ownFolder(folder, user) {
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
    chmodSync(folder, 0o700);
  }
  return canUseFolder(user, folder);
}
