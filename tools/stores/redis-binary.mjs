import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { timedStep } from '../process/run.mjs';
import { downloadRedis } from './redis-download.mjs';

const OLDEST = [6, 2];
const CACHE_FOLDER = fileURLToPath(new URL('../../.cache/redis', import.meta.url));

/**
 * A Redis (or Valkey) server of 6.2 or later: on PATH, else the one fetched earlier, else fetched now.
 *
 * @param {{log: {info: Function}, cacheFolder?: string, searchPath?: string}} options
 * @returns {Promise<string>} an executable that takes redis-server's arguments
 */
export async function findRedis({ log, cacheFolder = CACHE_FOLDER, searchPath = process.env.PATH ?? '' }) {
  const installed = onPath(searchPath).find(isRecentRedis);
  if (installed) return installed;
  const fetched = join(cacheFolder, 'redis-server');
  if (isRecentRedis(fetched)) return fetched;
  await timedStep(log, `Redis fetched into ${cacheFolder}`, () => downloadRedis(cacheFolder)).catch((error) => {
    throw new Error(`${HELP}\n(fetching one with apt-get: ${error.message})`);
  });
  if (isRecentRedis(fetched)) return fetched;
  throw new Error(`${HELP}\n(the one fetched into ${cacheFolder} does not run: ${versionText(fetched)})`);
}

const HELP = [
  'Isthmus needs a Redis (or Valkey) server of 6.2 or later, and found none. One of these helps:',
  '  Debian, Ubuntu:  apt-get install redis-server',
  '  Fedora:          dnf install valkey',
  '  macOS:           brew install redis',
  '  elsewhere:       set REDIS_URL=redis://[:password@]host:port to use a running one (maxmemory-policy noeviction)',
].join('\n');

/** @param {string} text what `--version` printed: "Redis server v=7.0.15 sha=…", "Valkey server v=8.1.1 …" */
export function isRecentVersion(text) {
  const match = /\b(?:redis|valkey) server v=(\d+)\.(\d+)/i.exec(text);
  if (!match) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function isRecentRedis(path) {
  return existsSync(path) && isRecentVersion(versionText(path));
}

function versionText(path) {
  const { stdout, stderr, error } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return error ? error.message : `${stdout}${stderr}`.trim();
}

function onPath(searchPath) {
  const folders = searchPath.split(delimiter).filter(Boolean);
  return ['redis-server', 'valkey-server'].flatMap((name) =>
    folders.map((folder) => resolve(folder, name)).filter(isExecutable),
  );
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
