import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';

/**
 * The account Postgres runs as. It refuses root, and it wants a passwd entry for whoever it is.
 *
 * @typedef {{uid?: number, gid?: number, name: string}} PostgresUser uid and gid are absent when it is us
 * @param {string} [existingData] a data directory that exists already: its owner must run it
 * @returns {PostgresUser}
 */
export function choosePostgresUser(existingData) {
  if (process.getuid?.() !== 0) return ourselves(existingData);
  const accounts = readAccounts();
  const ownerUid = existingData && existsSync(existingData) ? statSync(existingData).uid : 0;
  const candidates =
    ownerUid === 0
      ? ['postgres', 'nobody', 'daemon'].map((name) => accounts.find((account) => account.name === name))
      : [accounts.find((account) => account.uid === ownerUid)];
  const user = candidates.find((candidate) => candidate && canBecome(candidate));
  if (user) return user;
  throw new Error(
    ownerUid === 0
      ? 'Postgres does not run as root, and none of the accounts postgres, nobody and daemon can be used instead. ' +
          'Start as an ordinary user, or set DATABASE_URL.'
      : `The data in ${existingData} belongs to uid ${ownerUid}, which has no usable account here. Start as that user, or chown the data.`,
  );
}

/** Whether that account can list a folder and write into it; every parent counts. */
export function canUseFolder(user, folder) {
  return runAs(user, '/bin/sh', ['-c', 'cd "$1" && test -r . && test -w .', 'sh', folder]);
}

/** Whether that account can run this program. */
export function canExecute(user, program) {
  return runAs(user, program, ['--version']);
}

function runAs({ uid, gid }, command, args) {
  const cwd = '/';
  return spawnSync(command, args, { uid, gid, cwd, stdio: 'ignore' }).status === 0;
}

function ourselves(existingData) {
  const uid = process.getuid?.();
  let name;
  try {
    name = userInfo().username;
  } catch {
    throw new Error(
      `The user id ${uid} has no entry in /etc/passwd, and Postgres does not start without one. ` +
        `Add one (useradd --uid ${uid} isthmus), start as another user, or set DATABASE_URL.`,
    );
  }
  const ownerUid = existingData && existsSync(existingData) ? statSync(existingData).uid : uid;
  if (ownerUid !== uid) {
    throw new Error(
      `The data in ${existingData} belongs to uid ${ownerUid}, not to ${name} (${uid}). Start as its owner, chown it, or choose another DATA_DIR.`,
    );
  }
  return { name };
}

function readAccounts() {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 4)
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}

/** In a rootless container an id may exist by name and still not be mapped. */
function canBecome(user) {
  return user.uid !== 0 && runAs(user, '/bin/sh', ['-c', ':']);
}
