import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import type { IpamCalls } from '@isthmus/contracts';
import type { AddressView, SubnetView } from '@isthmus/model';
import { BusKeys, BusLink, RpcCaller } from '@isthmus/rpc';
import { createLogger } from '@isthmus/telemetry';
import {
  createTestDatabase,
  type ServiceProcess,
  startService,
  startTestRedis,
  type TestDatabase,
  type TestRedis,
} from '@isthmus/testing';

/** The examples of docs/internal-callers.md, as processes of their own against a running service. */
describe('internal callers', () => {
  const projectId = randomUUID();
  const [databaseId, balancerId] = [randomUUID(), randomUUID()];
  const keyOf = Object.fromEntries(
    ['network-svc', 'database-svc', 'load-balancer-svc'].map((name) => [name, randomBytes(32).toString('base64')]),
  );
  const keysOf = (...callers: string[]) => callers.map((name) => `${name}:${keyOf[name]}`).join(',');
  let database: TestDatabase;
  let redis: TestRedis;
  let service: ServiceProcess;
  let subnet: SubnetView;
  let rpc: RpcCaller;

  beforeAll(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), startTestRedis()]);
    const env = { DATABASE_URL: database.url, REDIS_URL: redis.url, BUS_KEYS: keysOf(...Object.keys(keyOf)) };
    service = await startService('ipam-svc', env);
    const keys = BusKeys.parse(keysOf('network-svc'));
    rpc = new RpcCaller(new BusLink(redis.url, 'network-svc', createLogger('test')), { keys });
    const plan = { id: randomUUID(), kind: 'cidr' as const, cidr: '10.0.0.0/29', hasGateway: true };
    const placement = { privateNetworkId: randomUUID(), vpcId: randomUUID(), region: 'fr-par', isJoined: true };
    const reservation = { ...placement, subnets: [plan] };
    const context = { projectId, principal: 'test' };
    const [made] = await rpc.call<IpamCalls, 'subnet.reserve'>('ipam', 'subnet.reserve', reservation, context);
    subnet = made as SubnetView;
  }, 60_000);

  afterAll(async () => {
    rpc?.onApplicationShutdown();
    await service?.signal('SIGTERM');
    await redis?.stop();
    await database?.drop();
  });

  const run = (BUS_KEYS: string, ...args: string[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const env = {
        PATH: process.env.PATH,
        REDIS_URL: redis.url,
        PROJECT_ID: projectId,
        LOG_LEVEL: 'silent',
        BUS_KEYS,
      };
      execFile(process.execPath, args, { env }, (error, stdout, stderr) => {
        if (stdout.trim() === '') reject(new Error(stderr, { cause: error }));
        else resolve(JSON.parse(stdout.trim()));
      });
    });
  const databaseService = (...args: string[]) =>
    run(keysOf('database-svc'), 'examples/run.cjs', 'examples/database-svc/main.ts', ...args);

  it('are served, once for each request, and kept apart', async () => {
    const provisioned = (await databaseService('provision', databaseId, subnet.id)) as AddressView;
    const owner = { type: 'rdb_instance', id: databaseId, parentId: null, name: 'orders', macAddress: null };
    expect(provisioned).toMatchObject({ address: '10.0.0.2', owner });
    expect(await databaseService('provision', databaseId, subnet.id)).toEqual(provisioned);

    const plain = await run(
      ...[keysOf('load-balancer-svc'), 'examples/plain-redis/main.mjs', subnet.id, balancerId],
      ...[provisioned.id, databaseId],
    );
    expect(plain).toMatchObject({
      reserved: { answer: { address: '10.0.0.3', owner: null } },
      attached: { answer: { owner: { type: 'lb_server', id: balancerId, name: 'front' } } },
      taken: { problem: { code: 'forbidden' } },
      given: { problem: { code: 'precondition-failed', meta: { precondition: 'address_is_detached' } } },
    });

    expect(await databaseService('remove', databaseId)).toEqual({ released: ['10.0.0.2'] });
    expect(await databaseService('remove', databaseId)).toEqual({ released: [] });
    const left = await database.query('SELECT host(address) AS address, owner_id FROM ipam.address');
    expect(left).toEqual([{ address: '10.0.0.3', owner_id: balancerId }]);
  }, 60_000);

  it('are not believed when another one signed, or none', async () => {
    const borrowed = `database-svc:${keyOf['load-balancer-svc']}`;
    for (const keys of ['', borrowed]) {
      const answer = await run(keys, 'examples/run.cjs', 'examples/database-svc/main.ts', 'remove', databaseId);
      expect(answer).toMatchObject({ problem: { code: 'unauthenticated' } });
    }
  }, 60_000);
});
