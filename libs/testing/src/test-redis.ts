import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { Redis } from 'ioredis';
import { requireEnv } from './test-database';
import { until } from './until';

/** A Redis of its own for one test file: pub/sub and FLUSHALL reach across databases, so sharing one would not do. */
export interface TestRedis {
  url: string;
  client: Redis;
  /** kill -9 and start again on the same port, empty. */
  restart(): Promise<void>;
  /** kill -9; `restart` brings it back. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export async function startTestRedis(): Promise<TestRedis> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let server = await startServer(port);
  const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  const kill = async (): Promise<void> => {
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await gone;
  };
  return {
    url,
    client,
    kill,
    restart: async () => {
      if (server.exitCode === null && server.signalCode === null) await kill();
      server = await startServer(port);
    },
    stop: async () => {
      client.disconnect();
      await kill();
    },
  };
}

async function startServer(port: number): Promise<ChildProcess> {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--maxmemory-policy', 'noeviction'];
  const server = spawn(requireEnv('TEST_REDIS_BINARY'), options, { stdio: 'ignore' });
  const probe = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null });
  probe.on('error', () => undefined);
  await until('Redis answers', async () => {
    await probe.connect().catch(() => undefined);
    return probe.status === 'ready';
  });
  probe.disconnect();
  return server;
}

/** A port that is free now; nobody else here asks for ports at random. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
