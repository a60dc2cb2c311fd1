import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkNode } from './bootstrap.mjs';
import { isInstalled } from './bootstrap/install.mjs';

const machine = { platform: 'linux', arch: 'x64', libc: 'glibc' };
const locked = {
  '': { name: 'x' },
  'node_modules/a': { version: '1.0.0' },
  'node_modules/a-darwin': { version: '1.0.0', optional: true, os: ['darwin'] },
  'node_modules/a-musl': { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'], libc: ['musl'] },
  'node_modules/a-glibc': { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
};
const installed = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/a-glibc': { version: '1.0.0' } };

test('isInstalled: what is meant for other machines need not be there', () => {
  assert.equal(isInstalled(locked, installed, machine), true);
});

test('isInstalled: notices another version, a missing package, a left-over one, and a bare clone', () => {
  const cases = [
    { ...installed, 'node_modules/a': { version: '1.0.1' } },
    { 'node_modules/a': { version: '1.0.0' } },
    { ...installed, 'node_modules/b': { version: '1.0.0' } },
    {},
  ];
  for (const other of cases) assert.equal(isInstalled(locked, other, machine), false, JSON.stringify(other));
});

test('checkNode: 20.19 and later', () => {
  for (const version of ['20.19.0', '20.20.2', '22.0.0', '24.9.0']) checkNode(version);
  for (const version of ['18.20.4', '20.18.9']) assert.throws(() => checkNode(version), /needs Node 20\.19 or later/);
});
