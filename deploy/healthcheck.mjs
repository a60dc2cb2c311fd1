/**
 * A container's health, by exit code. `http`: the gateway answers, with anything but a server error.
 * `stores`: this container reaches Postgres and Redis; the services behind the gateway listen on nothing that could be asked.
 */
import { connect } from 'node:net';

const TIMEOUT_MS = 3000;

function reaches(url, defaultPort) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || defaultPort), timeout: TIMEOUT_MS });
    const end = (isReached) => {
      socket.destroy();
      resolve(isReached);
    };
    socket.on('connect', () => end(true));
    socket.on('timeout', () => end(false));
    socket.on('error', () => end(false));
  });
}

async function answers() {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const answer = await fetch(`http://127.0.0.1:${process.env.PORT || 8080}/`, { signal }).catch(() => null);
  return answer !== null && answer.status < 500;
}

const checks = {
  http: answers,
  stores: async () => (await reaches(process.env.DATABASE_URL, 5432)) && reaches(process.env.REDIS_URL, 6379),
};
process.exit((await checks[process.argv[2]]()) ? 0 : 1);
