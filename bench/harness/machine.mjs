import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { Redis } from 'ioredis';

/** What the figures were taken on. `load1` is the load average of the minute before the run. */
export function describeMachine() {
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model.trim(),
    memoryGiB: Number((totalmem() / 2 ** 30).toFixed(1)),
    kernel: release(),
    node: process.versions.node,
    load1: Number(loadavg()[0].toFixed(2)),
  };
}

/** Versions and durability of the stores that serve. */
export async function describeStores(database, redisUrl) {
  const setting = async (name) => (await database.query(`SHOW ${name}`)).rows[0][name];
  const redis = new Redis(redisUrl);
  const info = await redis.info('server');
  const [, appendonly] = await redis.config('GET', 'appendonly');
  redis.disconnect();
  return {
    postgres: await setting('server_version'),
    fsync: await setting('fsync'),
    synchronousCommit: await setting('synchronous_commit'),
    redis: /redis_version:(\S+)/.exec(info)?.[1],
    redisAppendOnly: appendonly,
  };
}

/** The commit that is measured; `dirty` tells that the sources differ from it. */
export function describeCommit(root) {
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  try {
    return { sha: git('rev-parse', '--short', 'HEAD'), isDirty: git('status', '--porcelain', 'apps', 'libs') !== '' };
  } catch {
    return { sha: 'unknown', isDirty: false };
  }
}

/** Resident memory of a process in MiB. */
export function residentMiB(pid) {
  const status = `/proc/${pid}/status`;
  const kiB = existsSync(status)
    ? /VmRSS:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1]
    : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(kiB) / 1024;
}
