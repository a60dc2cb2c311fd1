import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keepSecret, writeSecret } from '../stores/secret-file.mjs';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const MASTER_KEY_BYTES = 32;
const SHAPES = {
  projectId: ['BOOTSTRAP_PROJECT_ID', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'a UUID'],
  accessKey: ['BOOTSTRAP_ACCESS_KEY', /^SCW[A-Z0-9]{17}$/, 'SCW and 17 of A-Z and 0-9'],
  secretKey: [
    'BOOTSTRAP_SECRET_KEY',
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    'a version 4 UUID',
  ],
};

/**
 * The first project and its API key. Made once, and kept in DATA_DIR/credentials.json (0600); the environment decides while it is set.
 *
 * @param {string} dataDir
 * @param {Record<string, string | undefined>} env
 * @returns {{projectId: string, accessKey: string, secretKey: string, isNew: boolean}}
 */
export function keepCredentials(dataDir, env) {
  const path = credentialsFile(dataDir);
  const isNew = !existsSync(path);
  const kept = isNew ? {} : JSON.parse(readFileSync(path, 'utf8'));
  const made = { projectId: randomUUID, accessKey: randomAccessKey, secretKey: randomUUID };
  const credentials = Object.fromEntries(
    Object.entries(SHAPES).map(([name, [variable]]) => [name, env[variable] || kept[name] || made[name]()]),
  );
  for (const [name, [variable, shape, words]] of Object.entries(SHAPES)) {
    if (!shape.test(credentials[name]))
      throw new Error(`${env[variable] ? variable : `${name} in ${path}`} must be ${words}`);
  }
  writeSecret(path, json({ ...credentials, url: kept.url ?? null }));
  return { ...credentials, isNew };
}

/** Puts the address the gateway really serves on beside the key. */
export function recordUrl(dataDir, { projectId, accessKey, secretKey }, url) {
  writeSecret(credentialsFile(dataDir), json({ projectId, accessKey, secretKey, url }));
}

/** The key that encrypts stored secrets, base64 of 32 bytes; losing DATA_DIR/master.key means losing those secrets. */
export function keepMasterKey(dataDir, env) {
  const path = join(dataDir, 'master.key');
  const key = env.MASTER_KEY || keepSecret(path, () => randomBytes(MASTER_KEY_BYTES).toString('base64'));
  if (Buffer.from(key, 'base64').length !== MASTER_KEY_BYTES) {
    throw new Error(
      `${env.MASTER_KEY ? 'MASTER_KEY' : path} must be ${MASTER_KEY_BYTES} bytes in base64 (openssl rand -base64 32)`,
    );
  }
  return key;
}

function credentialsFile(dataDir) {
  return join(dataDir, 'credentials.json');
}

function randomAccessKey() {
  return `SCW${Array.from({ length: 17 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')}`;
}

function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}
