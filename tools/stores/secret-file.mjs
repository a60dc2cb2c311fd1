import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** The content of a 0600 file, made on first use. */
export function keepSecret(path, make) {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  const value = make();
  writeSecret(path, `${value}\n`);
  return value;
}

/** Writes a file that only its owner reads, whole or not at all. */
export function writeSecret(path, content) {
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, content, { mode: 0o600 });
  renameSync(draft, path);
}
