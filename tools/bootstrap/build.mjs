import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run, timedStep } from '../process/run.mjs';

// The apps by name: `--all` would build each library too, which the apps bundle anyway.
const BUILD_COMMAND = ['node_modules/@nestjs/cli/bin/nest.js', 'build'];
const STAMP = '.cache/build.json';
const SOURCE_FOLDERS = ['apps', 'libs'];
const CONFIG_FILE = /^(nest-cli\.json|tsconfig.*\.json|webpack\.config\.[cm]?js|\.swcrc|package-lock\.json)$/;
const NOT_BUILT = /\.(spec|test)\.ts$|\.md$/;

/** Builds dist/apps/<app>/main.js of every app unless they were built from the sources as they are now. */
export async function buildApps(root, log) {
  const files = sourceFiles(root);
  const stamp = readStamp(root);
  if (appNames(root).length === 0) return;
  const isBuilt = builtFiles(root).every((path) => existsSync(join(root, path)));
  const times = digest(files, (path) => fileTimes(root, path));
  if (isBuilt && stamp.times === times) return;
  // A checkout touches files without changing them.
  const contents = digest(files, (path) => readFileSync(join(root, path)));
  if (!isBuilt || stamp.contents !== contents) await timedStep(log, 'build', () => build(root));
  mkdirSync(join(root, dirname(STAMP)), { recursive: true });
  writeFileSync(join(root, STAMP), JSON.stringify({ times, contents }));
}

async function build(root) {
  const env = { ...process.env, NO_COLOR: '1' };
  const { code, output } = await run(process.execPath, [...BUILD_COMMAND, ...appNames(root)], { cwd: root, env });
  const missing = builtFiles(root).filter((path) => !existsSync(join(root, path)));
  if (code !== 0 || missing.length > 0) {
    const reason = code === 0 ? `it left no ${missing.join(', ')}` : `exit code ${code}`;
    throw new Error(`The build failed (${reason}):\n${output.trim()}`);
  }
}

function builtFiles(root) {
  return appNames(root).map((name) => `dist/apps/${name}/main.js`);
}

function appNames(root) {
  const apps = join(root, 'apps');
  if (!existsSync(apps)) return [];
  return readdirSync(apps).filter((name) => existsSync(join(apps, name, 'src', 'main.ts')));
}

function sourceFiles(root) {
  const sources = SOURCE_FOLDERS.flatMap((folder) => walk(root, folder));
  const config = readdirSync(root).filter((name) => CONFIG_FILE.test(name));
  return [...sources, ...config].filter((path) => !NOT_BUILT.test(path)).sort();
}

function walk(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return walk(root, path);
    return entry.isFile() ? [path] : [];
  });
}

function digest(files, read) {
  const hash = createHash('sha256');
  for (const path of files) hash.update(`${path}\0`).update(read(path)).update('\0');
  return hash.digest('hex');
}

function fileTimes(root, path) {
  const { size, mtimeMs } = statSync(join(root, path));
  return `${size} ${mtimeMs}`;
}

function readStamp(root) {
  const path = join(root, STAMP);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}
