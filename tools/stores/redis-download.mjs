import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { run } from '../process/run.mjs';

/**
 * Fetches the distribution's Redis and the libraries it names, and unpacks them into a folder: nothing is installed.
 *
 * @param {string} folder gets `root/` and a script `redis-server`; made whole or not at all
 */
export async function downloadRedis(folder) {
  const work = mkdtempSync(join(tmpdir(), 'isthmus-redis-'));
  mkdirSync(dirname(folder), { recursive: true });
  const draft = mkdtempSync(`${folder}.`);
  try {
    openToApt(work);
    const aptOptions = await readyLists(work);
    const packages = ['redis-server', ...(await dependencies('redis-server', aptOptions))];
    packages.push(...(await dependencies('redis-tools', aptOptions)));
    await must('apt-get', [...aptOptions, 'download', ...new Set(packages)], work);
    for (const file of readdirSync(work).filter((name) => name.endsWith('.deb'))) {
      await must('dpkg-deb', ['-x', join(work, file), join(draft, 'root')], work);
    }
    writeStarter(draft);
    chmodSync(draft, 0o755);
    rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
    rmSync(draft, { recursive: true, force: true });
  }
}

/** As root, apt-get downloads as the account _apt, which must be able to write there. */
function openToApt(work) {
  chmodSync(work, 0o755);
  if (process.getuid?.() !== 0) return;
  const account = readFileSync('/etc/passwd', 'utf8').match(/^_apt:[^:]*:(\d+):(\d+):/m);
  if (account) chownSync(work, Number(account[1]), Number(account[2]));
}

/** Options under which apt knows redis-server; fetches the lists into a private place when the system has none. */
async function readyLists(work) {
  const system = [];
  if (await isKnown(system, work)) return system;
  const state = join(work, 'state');
  const cache = join(work, 'cache');
  for (const path of [join(state, 'lists', 'partial'), join(cache, 'archives', 'partial')])
    mkdirSync(path, { recursive: true });
  const own = [
    '-o',
    `Dir::State=${state}`,
    '-o',
    `Dir::Cache=${cache}`,
    '-o',
    'Dir::State::status=/var/lib/dpkg/status',
  ];
  // The lists are checked by their signatures, so that a private place needs no account of its own to write there.
  own.push('-o', 'APT::Sandbox::User=root');
  // An update may report a broken extra source; what counts is whether redis-server is known afterwards.
  const update = await run('apt-get', [...own, 'update'], { cwd: work });
  if (await isKnown(own, work)) return own;
  throw new Error(
    `apt-get knows no redis-server; apt-get update said: ${update.output.trim().split('\n').slice(-3).join(' ')}`,
  );
}

async function isKnown(options, work) {
  const { code, output } = await run('apt-cache', [...options, 'show', '--no-all-versions', 'redis-server'], {
    cwd: work,
  });
  return code === 0 && /^Package: redis-server$/m.test(output);
}

/** The packages it directly depends on that hold its tools and libraries; the C library must be the system's own. */
async function dependencies(name, options) {
  const output = await must('apt-cache', [...options, 'depends', '--important', name], '/');
  const named = [...output.matchAll(/^ {2}(?:Pre)?Depends: (\S+)$/gm)].map((match) => match[1]);
  return named.filter((dependency) => /^(redis|lib|lua)/.test(dependency) && !/^libc6|^libgcc/.test(dependency));
}

async function must(command, args, cwd) {
  const { code, output } = await run(command, args, { cwd, env: { ...process.env, LC_ALL: 'C' } });
  if (code !== 0) throw new Error(`${command} failed (${code}): ${output.trim().split('\n').slice(-3).join(' ')}`);
  return output;
}

/** A script that finds the libraries beside it, wherever the folder is moved to. */
function writeStarter(draft) {
  const root = join(draft, 'root');
  const libraries = ['usr/lib', 'lib'].flatMap((path) => librariesIn(join(root, path)));
  if (!existsSync(join(root, 'usr/bin/redis-server')))
    throw new Error('the package redis-server holds no usr/bin/redis-server');
  const searchPath = libraries.map((path) => `$here/${relative(draft, path)}`).join(':');
  const script = [
    '#!/bin/sh',
    'here=$(cd "$(dirname "$0")" && pwd)',
    `LD_LIBRARY_PATH="${searchPath}" exec "$here/root/usr/bin/redis-server" "$@"`,
  ];
  writeFileSync(join(draft, 'redis-server'), `${script.join('\n')}\n`, { mode: 0o755 });
}

function librariesIn(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  const own = entries.some((entry) => /\.so(\.|$)/.test(entry.name)) ? [folder] : [];
  return [
    ...own,
    ...entries.filter((entry) => entry.isDirectory()).flatMap((entry) => librariesIn(join(folder, entry.name))),
  ];
}
