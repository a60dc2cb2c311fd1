/**
 * Which Postgres and Redis to use: a given URL first, then Docker where it is asked for and answers, else the embedded ones.
 *
 * @param {{DATABASE_URL?: string, REDIS_URL?: string, STORES?: string}} env
 * @param {boolean} dockerAnswers whether a Docker engine is there
 * @returns {{postgres: 'url' | 'docker' | 'embedded', redis: 'url' | 'docker' | 'embedded', note: string}} `note` is '' when there is nothing to tell
 */
export function chooseStores(env, dockerAnswers) {
  const wanted = env.STORES || 'embedded';
  if (wanted !== 'docker' && wanted !== 'embedded')
    throw new Error(`STORES is "${wanted}"; it may be "embedded" or "docker"`);
  const own = wanted === 'docker' && dockerAnswers ? 'docker' : 'embedded';
  const postgres = env.DATABASE_URL ? 'url' : own;
  const redis = env.REDIS_URL ? 'url' : own;
  const isDockerMissed = wanted === 'docker' && !dockerAnswers && (postgres === 'embedded' || redis === 'embedded');
  return {
    postgres,
    redis,
    note: isDockerMissed ? 'STORES=docker, but no Docker engine answers: using embedded stores' : '',
  };
}
