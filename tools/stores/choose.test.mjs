import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseStores } from './choose.mjs';

const url = { DATABASE_URL: 'postgres://db/x', REDIS_URL: 'redis://cache' };
const cases = [
  ['nothing set: embedded', {}, true, 'embedded', 'embedded'],
  ['nothing set, no engine: embedded', {}, false, 'embedded', 'embedded'],
  ['docker asked for and there', { STORES: 'docker' }, true, 'docker', 'docker'],
  ['docker asked for but away: embedded', { STORES: 'docker' }, false, 'embedded', 'embedded'],
  ['an empty value is no value', { STORES: '', DATABASE_URL: '' }, true, 'embedded', 'embedded'],
  ['urls beat docker', { STORES: 'docker', ...url }, true, 'url', 'url'],
  ['each store is chosen apart', { STORES: 'docker', REDIS_URL: url.REDIS_URL }, true, 'docker', 'url'],
];

for (const [name, env, dockerAnswers, postgres, redis] of cases) {
  test(`chooseStores: ${name}`, () => {
    const choice = chooseStores(env, dockerAnswers);
    assert.deepEqual([choice.postgres, choice.redis], [postgres, redis]);
  });
}

test('chooseStores: says that Docker was asked for in vain, only where it matters', () => {
  assert.match(chooseStores({ STORES: 'docker' }, false).note, /no Docker engine/);
  assert.equal(chooseStores({ STORES: 'docker', ...url }, false).note, '');
  assert.equal(chooseStores({}, false).note, '');
});

test('chooseStores: refuses a word it does not know', () => {
  assert.throws(() => chooseStores({ STORES: 'podman' }, true), /"podman"/);
});
