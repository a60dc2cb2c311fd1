/**
 * A product that uses nothing of ours: a Redis client, and docs/internal-bus.md. It reserves an address for a load
 * balancer, attaches it, and then tries to take the address of another product, which is refused.
 *
 *   REDIS_URL=… PROJECT_ID=… BUS_KEYS=load-balancer-svc:<base64> node examples/plain-redis/main.mjs <subnetId> <balancerId> <foreign addressId> <its owner's id>
 */
import { createHmac, randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';

const CALLER = 'load-balancer-svc';
const TIMEOUT_MS = 10_000;
const { REDIS_URL = 'redis://127.0.0.1:6379', PROJECT_ID = '' } = process.env;
const key = Buffer.from(process.env.BUS_KEYS?.split(':')[1] ?? '', 'base64');
const [subnetId, balancerId, foreignAddressId, foreignOwnerId] = process.argv.slice(2);

const replyTo = `replies:${CALLER}:${randomUUID()}`;
const commands = new Redis(REDIS_URL);
const subscriber = new Redis(REDIS_URL);
const waiting = new Map();

await subscriber.subscribe(replyTo);
subscriber.on('message', (_channel, message) => {
  for (const reply of JSON.parse(message)) waiting.get(reply.id)?.(reply);
});

let lastId = 0;

/** Sends one request until it is answered: after 1 s again, then after 2 s more, 4 s more, … */
async function call(pattern, requestId, data) {
  const id = ++lastId;
  const deadline = Date.now() + TIMEOUT_MS;
  const answered = new Promise((resolve) => waiting.set(id, resolve));
  for (let patienceMs = 1_000; Date.now() < deadline; patienceMs *= 2) {
    const request = {
      ...{ id, requestId, pattern, sentAt: Date.now(), deadline, caller: CALLER, replyTo },
      ...{ projectId: PROJECT_ID, principal: CALLER, traceparent: null, data },
    };
    const text = JSON.stringify(request);
    const signature = createHmac('sha256', key).update(text).digest('hex');
    const fields = ['request', text, 'signature', signature];
    await commands.xadd('{ipam}:requests', 'MAXLEN', '~', 100_000, '*', ...fields);
    const reply = await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, patienceMs).unref())]);
    if (reply) {
      waiting.delete(id);
      return reply;
    }
  }
  throw new Error(`${pattern} was not answered in time`);
}

const owner = { type: 'lb_server', id: balancerId, name: 'front' };
const reserved = await call('address.book', `${balancerId}.reserve`, { subnetId, family: 4, tags: [] });
const attached = await call('address.attach', `${balancerId}.attach`, { addressId: reserved.answer?.id, owner });
const taken = await call('address.detach', randomUUID(), {
  addressId: foreignAddressId,
  owner: { type: 'rdb_instance', id: foreignOwnerId },
});
const given = await call('address.release', randomUUID(), { addressId: reserved.answer?.id });
console.log(JSON.stringify({ reserved, attached, taken, given }));
commands.disconnect();
subscriber.disconnect();
