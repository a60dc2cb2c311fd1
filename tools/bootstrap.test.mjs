import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkNode } from './bootstrap.mjs';
import { isInstalled } from './bootstrap/install.mjs';

const locked = {
  '': { name: 'x' },
  'node_modules/a': { version: '1.0.0' },
  'node_modules/a-darwin': { version: '1.0.0', optional: true, os: ['darwin'] },
  'node_modules/a-linux': { version: '1.0.0', optional: true, os: ['linux'] },
};
const installed = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/a-linux': { version: '1.0.0' } };

test('isInstalled: an optional package need not be there', () => {
  assert.equal(isInstalled(locked, installed), true);
});

test('isInstalled: notices another version, a missing package, a left-over one, and a bare clone', () => {
  const cases = [
    { ...installed, 'node_modules/a': { version: '1.0.1' } },
    { 'node_modules/a-linux': { version: '1.0.0' } },
    { ...installed, 'node_modules/a-linux': { version: '0.9.0' } },
    { ...installed, 'node_modules/b': { version: '1.0.0' } },
    {},
  ];
  for (const other of cases) assert.equal(isInstalled(locked, other), false, JSON.stringify(other));
});

test('checkNode: 20.19 and later', () => {
  for (const version of ['20.19.0', '20.20.2', '22.0.0', '24.9.0']) checkNode(version);
  for (const version of ['18.20.4', '20.18.9']) assert.throws(() => checkNode(version), /needs Node 20\.19 or later/);
});
