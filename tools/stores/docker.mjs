import { spawnSync } from 'node:child_process';

const POSTGRES_IMAGE = 'postgres:18';
const REDIS_IMAGE = 'redis:7';

/** Whether a Docker engine answers. Asked only when somebody wants one, because a dead socket takes its time. */
export function dockerAnswers() {
  const { status } = spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], {
    stdio: 'ignore',
    timeout: 5000,
  });
  return status === 0;
}

/** Throw-away Postgres and Redis in containers, removed by testcontainers' own reaper should we be killed. Needs the installed packages. */
export async function startDockerPostgres() {
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql');
  const unsafe = [
    '-c',
    'fsync=off',
    '-c',
    'synchronous_commit=off',
    '-c',
    'full_page_writes=off',
    '-c',
    'max_connections=200',
  ];
  const container = await new PostgreSqlContainer(POSTGRES_IMAGE)
    .withUsername('postgres')
    .withDatabase('isthmus')
    .withCommand(['postgres', ...unsafe])
    .start();
  return { url: container.getConnectionUri(), stop: () => container.stop() };
}

export async function startDockerRedis() {
  const { RedisContainer } = await import('@testcontainers/redis');
  const container = await new RedisContainer(REDIS_IMAGE)
    .withCommand(['redis-server', '--maxmemory-policy', 'noeviction'])
    .start();
  return { url: container.getConnectionUrl(), stop: () => container.stop() };
}
