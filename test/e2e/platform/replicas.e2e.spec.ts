import { randomUUID } from 'node:crypto';
import { ApiClient, type Stack, startStack, violations } from '@isthmus/testing';

const MANAGED = { 'start-ip': '10.0.0.2', 'end-ip': '10.0.3.254', netmask: '255.255.252.0' };

/** Two of everything: every request and every job is handled once, by whichever replica gets it. */
describe('two replicas of each service', () => {
  let stack: Stack;
  let clients: ApiClient[];

  beforeAll(async () => {
    stack = await startStack({ hasVpn: true, replicas: 2, gateways: 2 });
    clients = stack.urls.map((_, gateway) => ApiClient.of(stack, gateway));
  });

  afterAll(() => stack.stop());

  const clientOf = (n: number): ApiClient => clients[n % clients.length] as ApiClient;

  it('handle each of 60 creates and 60 attaches exactly once', async () => {
    const home = await clientOf(0).succeed('POST', '/v2/private-network', { name: 'home', ...MANAGED });
    const creates = Array.from({ length: 60 }, (_, n) =>
      clientOf(n).submit('POST', '/v2/private-network', { name: `replica-${n}`, ...MANAGED }),
    );
    const attaches = Array.from({ length: 60 }, (_, n) =>
      clientOf(n).submit('PUT', `/v2/private-network/${home.reference.id}:attach`, { instance: { id: randomUUID() } }),
    );
    const operations = await Promise.all([...creates, ...attaches]);
    // Polled on the other gateway than the one that accepted it.
    const ended = await Promise.all(operations.map(({ id }, n) => clientOf(n + 1).ended(id)));
    expect(ended.filter(({ state }) => state !== 'success')).toEqual([]);

    const [counts] = await stack.database.query(`
      SELECT (SELECT count(*)::int FROM ops.operation) AS operations,
             (SELECT max(attempt) FROM ops.operation) AS "mostAttempts",
             (SELECT max(attempt) FROM ops.operation_step) AS "mostStepAttempts",
             (SELECT count(*)::int FROM network.inbox) AS "networkCommands",
             (SELECT count(*)::int FROM ipam.inbox) AS "ipamCommands",
             (SELECT count(*)::int FROM network.private_network) AS networks,
             (SELECT count(DISTINCT vni)::int FROM network.private_network) AS vnis,
             (SELECT count(*)::int FROM ipam.address) AS addresses`);
    expect(counts).toEqual({
      operations: 121,
      mostAttempts: 1,
      mostStepAttempts: 1,
      networkCommands: 121,
      ipamCommands: 121,
      networks: 61,
      vnis: 61,
      addresses: 60,
    });
    expect(await violations(stack.database)).toEqual([]);
  });

  it('share the requests out: every replica has read some', async () => {
    for (const service of ['network', 'ipam']) {
      const consumers = (await stack.redis.client.call(
        'XINFO',
        'CONSUMERS',
        `{${service}}:requests`,
        service,
      )) as unknown[];
      expect(consumers).toHaveLength(2);
    }
  });

  it('grant 10 of 100 racing attaches on a range of 10 addresses, refuse the rest with a reason, and leak nothing', async () => {
    const range = { 'start-ip': '10.9.0.11', 'end-ip': '10.9.0.20', netmask: '255.255.255.0' };
    const { reference } = await clientOf(0).succeed('POST', '/v2/private-network', { name: 'tight', ...range });
    const attaches = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        clientOf(n).submit('PUT', `/v2/private-network/${reference.id}:attach`, { instance: { id: randomUUID() } }),
      ),
    );
    const ended = await Promise.all(attaches.map(({ id }, n) => clientOf(n).ended(id)));
    const granted = ended.filter(({ state }) => state === 'success');
    const refused = ended.filter(({ state }) => state === 'failure');
    expect([granted.length, refused.length]).toEqual([10, 90]);
    expect(new Set(refused.map(({ reason }) => reason))).toEqual(new Set(['conflict']));
    expect(await violations(stack.database)).toEqual([]);
  });

  it('never let racing attaches pass the limits of 250 per network and 8 per instance', async () => {
    const instance = { id: randomUUID() };
    const networks = await Promise.all(
      Array.from({ length: 12 }, (_, n) => clientOf(n).succeed('POST', '/v2/private-network', { name: `limit-${n}` })),
    );
    const answers = await Promise.all(
      networks.map(({ reference }, n) =>
        clientOf(n).send('PUT', `/v2/private-network/${reference.id}:attach`, { instance }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(8);
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(4);
    const [crowded] = networks;
    const crowd = await Promise.all(
      Array.from({ length: 270 }, (_, n) =>
        clientOf(n).send('PUT', `/v2/private-network/${crowded?.reference.id}:attach`, {
          instance: { id: randomUUID() },
        }),
      ),
    );
    const [row] = await stack.database.query('SELECT attachment_count FROM network.private_network WHERE id = $1', [
      crowded?.reference.id,
    ]);
    expect(row).toEqual({ attachment_count: 250 });
    expect(crowd.filter(({ status }) => status >= 500)).toEqual([]);
    for (const { status, body } of crowd) if (status === 200) await clientOf(0).ended(String(body.id));
    expect(await violations(stack.database)).toEqual([]);
  });

  it('say not ready while a service is away, by a real round trip', async () => {
    const services = stack.processes('ipam-svc');
    for (const service of services) await service.signal('SIGSTOP');
    expect((await clientOf(0).send('GET', '/readyz')).status).toBe(503);
    for (const service of services) await service.signal('SIGCONT');
    expect((await clientOf(0).send('GET', '/readyz')).status).toBe(200);
  });
});
