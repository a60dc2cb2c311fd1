import { startStack, type Stack } from '@isthmus/testing';
import { UpcloudClient } from '../../fixtures/upcloud/upcloud-client';

/** One end of a pair: an account with a router, a network and, in time, a peering. */
interface Side {
  client: UpcloudClient;
  router: string;
  network: string;
  peering: string;
}

describe('UpCloud network peerings', () => {
  let stack: Stack;
  let mine: UpcloudClient;
  let theirs: UpcloudClient;
  let block = 0;

  beforeAll(async () => {
    stack = await startStack({ env: { PEERING_RECONCILE_MS: '500' } });
    mine = UpcloudClient.of(stack);
    theirs = await UpcloudClient.ofAnotherProject(stack);
  }, 60_000);
  afterAll(() => stack.stop());

  const nextBlock = (): string => `10.${++block}.0.0/24`;
  const makeSide = async (client: UpcloudClient, address = nextBlock()): Promise<Side> => {
    const router = await client.makeRouter();
    return { client, router, network: await client.makeNetwork(address, router), peering: '' };
  };
  const makeSides = async (): Promise<[Side, Side]> => [await makeSide(mine), await makeSide(theirs)];
  const peer = async (from: Side, to: Side, changes: object = {}): Promise<void> => {
    from.peering = await from.client.makePeering(from.network, to.network, changes);
  };
  const makePair = async (): Promise<[Side, Side]> => {
    const [a, b] = await makeSides();
    await peer(a, b);
    await peer(b, a);
    await waitForBoth(a, b, 'active', 'active');
    return [a, b];
  };
  const waitForBoth = async (a: Side, b: Side, stateOfA: string, stateOfB: string): Promise<void> => {
    await a.client.waitFor(a.peering, stateOfA);
    await b.client.waitFor(b.peering, stateOfB);
  };
  const configure = async ({ client, peering }: Side, configured_status: string): Promise<void> =>
    void (await client.succeed('PATCH', `/network-peering/${peering}`, { network_peering: { configured_status } }));
  const setRouter = async ({ client, network }: Side, router: string | null): Promise<void> =>
    void (await client.succeed('PUT', `/network/${network}`, { network: { router } }));

  it('goes from the first side to both', async () => {
    const [a, b] = await makeSides();
    const created = await mine.send('POST', '/network-peering', {
      network_peering: { name: 'mine', network: { uuid: a.network }, peer_network: { uuid: b.network } },
    });
    expect(created).toMatchObject({
      status: 201,
      body: {
        network_peering: { name: 'mine', configured_status: 'active', labels: [], peer_network: { uuid: b.network } },
        operation: { id: expect.any(String), reference: { command: 'get-peering' } },
      },
    });
    expect(created.headers.get('content-type')).toBe('application/json; charset=UTF-8');
    a.peering = created.body.network_peering.uuid;
    await mine.waitFor(a.peering, 'pending-peer');
    await peer(b, a);
    await waitForBoth(a, b, 'active', 'active');
  });

  it.each<[string, (a: Side, b: Side) => Promise<unknown>]>([
    ['the other side first', async (a, b) => [await peer(b, a), await peer(a, b)]],
    ['both at the same time', (a, b) => Promise.all([peer(a, b), peer(b, a)])],
    [
      'one disabled, enabled later',
      async (a, b) => [
        await peer(a, b, { configured_status: 'disabled' }),
        await peer(b, a),
        await configure(a, 'active'),
      ],
    ],
    [
      'both disabled, enabled at the same time',
      async (a, b) => {
        await peer(a, b, { configured_status: 'disabled' });
        await peer(b, a, { configured_status: 'disabled' });
        await Promise.all([configure(a, 'active'), configure(b, 'active')]);
      },
    ],
  ])('becomes active with %s', async (_name, make) => {
    const [a, b] = await makeSides();
    await make(a, b);
    await waitForBoth(a, b, 'active', 'active');
  });

  it('becomes active when both sides are made at the same time, ten times', async () => {
    const pairs = await Promise.all(Array.from({ length: 10 }, makeSides));
    await Promise.all(pairs.flatMap(([a, b]) => [peer(a, b), peer(b, a)]));
    for (const [a, b] of pairs) await waitForBoth(a, b, 'active', 'active');
  }, 90_000);

  it('tells nothing of the other network before its owner has made a peering', async () => {
    const [a, b] = await makeSides();
    await peer(a, b);
    await mine.waitFor(a.peering, 'pending-peer');
    const { body } = await mine.send('GET', `/network-peering/${a.peering}`);
    expect(body.network_peering.peer_network).toEqual({ uuid: b.network });
    const native = await fetch(`${stack.url}/v1/peerings/${a.peering}`, {
      headers: { authorization: `Bearer ${mine.credentials.secretKey}` },
    });
    const told = `${JSON.stringify(body)} ${await native.text()}`;
    const { body: theirNetwork } = await theirs.send('GET', `/network/${b.network}`);
    const secrets = [
      theirNetwork.network.ip_networks.ip_network[0].address,
      theirNetwork.network.name,
      theirs.credentials.projectId,
      b.router,
    ];
    for (const secret of secrets) expect(told).not.toContain(secret);
    expect(await mine.refusal('GET', `/network/${b.network}`)).toEqual([404, 'NETWORK_NOT_FOUND']);
    expect((await theirs.send('GET', '/network-peering')).body.network_peerings.network_peering).not.toContainEqual(
      expect.objectContaining({ uuid: a.peering }),
    );
    await peer(b, a);
    await waitForBoth(a, b, 'active', 'active');
    const { body: consented } = await mine.send('GET', `/network-peering/${a.peering}`);
    expect(consented.network_peering.peer_network.ip_networks.ip_network).toContainEqual({
      address: theirNetwork.network.ip_networks.ip_network[0].address,
      family: 'IPv4',
    });
  });

  it('tells natively what happened and what to do', async () => {
    const [a, b] = await makeSides();
    await peer(a, b);
    await mine.waitFor(a.peering, 'pending-peer');
    await configure(a, 'disabled');
    await mine.waitFor(a.peering, 'disabled');
    const answer = await fetch(`${stack.url}/v1/peerings/${a.peering}`, {
      headers: { authorization: `Bearer ${mine.credentials.secretKey}` },
    });
    const body = (await answer.json()) as { history: object[]; operations: { kind: string }[] };
    expect(body).toMatchObject({
      id: a.peering,
      state: 'disabled',
      intent: 'disabled',
      stateReason: expect.any(String),
    });
    expect(body.history.at(-1)).toMatchObject({ to: 'disabled', reason: expect.stringMatching(/\.$/) });
    expect(body.operations.map(({ kind }) => kind)).toEqual(['peering.update', 'peering.create']);
  });

  /** The order in which the vendor's clients expect the states to be told. */
  const expected = (self: Circumstances, other: Circumstances): string => {
    if (!self.isEnabled) return 'disabled';
    if (!self.isRouted) return 'missing-local-router';
    if (!other.isEnabled) return 'peer-disabled';
    if (!other.isRouted) return 'missing-peer-router';
    return 'active';
  };
  interface Circumstances {
    isEnabled: boolean;
    isRouted: boolean;
  }
  type Event = ['a' | 'b', keyof Circumstances];
  const EVENTS: Event[] = [
    ['a', 'isEnabled'],
    ['b', 'isEnabled'],
    ['a', 'isRouted'],
    ['b', 'isRouted'],
  ];

  const nameOf = ([side, what]: Event): string => `${side}.${what}`;

  /** Each of them goes, and then comes again, on a pair of its own. */
  async function goAndCome(order: Event[]): Promise<void> {
    const [a, b] = await makePair();
    const now = { a: { isEnabled: true, isRouted: true }, b: { isEnabled: true, isRouted: true } };
    const sides = { a, b };
    for (const isThere of [false, true]) {
      for (const [name, what] of order) {
        now[name][what] = isThere;
        if (what === 'isEnabled') await configure(sides[name], isThere ? 'active' : 'disabled');
        else await setRouter(sides[name], isThere ? sides[name].router : null);
        await waitForBoth(a, b, expected(now.a, now.b), expected(now.b, now.a));
      }
    }
  }

  it.each(EVENTS.map((first) => [nameOf(first), first] as const))(
    'is told rightly on both sides while four things go, and come again, in all six orders that begin with %s',
    async (_name, first) => {
      const orders = permutationsOf(EVENTS).filter((order) => order[0] === first);
      expect(orders).toHaveLength(6);
      const failures = await Promise.all(
        orders.map((order) =>
          goAndCome(order).then(
            () => [],
            (error: Error) => [`${order.map(nameOf).join(', ')}: ${error.message}`],
          ),
        ),
      );
      expect(failures.flat()).toEqual([]);
    },
    120_000,
  );

  it('is told to be without its peer when the peer network is deleted, and can then be deleted', async () => {
    const [a, b] = await makePair();
    await configure(b, 'disabled');
    await waitForBoth(a, b, 'peer-disabled', 'disabled');
    await theirs.succeed('DELETE', `/network-peering/${b.peering}`);
    await mine.waitFor(a.peering, 'pending-peer');
    await theirs.succeed('DELETE', `/network/${b.network}`);
    await mine.waitFor(a.peering, 'deleted-peer-network');
    expect((await mine.succeed('DELETE', `/network-peering/${a.peering}`)).status).toBe(204);
    expect(await mine.refusal('GET', `/network-peering/${a.peering}`)).toEqual([404, 'PEERING_NOT_FOUND']);
  });

  it('is deleted only when disabled, and can be made again', async () => {
    const [a, b] = await makePair();
    expect(await mine.refusal('DELETE', `/network-peering/${a.peering}`)).toEqual([409, 'PEERING_NOT_DISABLED']);
    await configure(a, 'disabled');
    await waitForBoth(a, b, 'disabled', 'peer-disabled');
    // At once, as the Terraform provider does: whoever is told `disabled` can delete.
    const gone = await mine.send('DELETE', `/network-peering/${a.peering}`);
    expect([gone.status, gone.body]).toEqual([204, undefined]);
    await theirs.waitFor(b.peering, 'pending-peer');
    await peer(a, b);
    await waitForBoth(a, b, 'active', 'active');
  });

  it('keeps its own network from being deleted', async () => {
    const [a] = await makePair();
    expect(await mine.refusal('DELETE', `/network/${a.network}`)).toEqual([409, 'NETWORK_NOT_EMPTY']);
  });

  it('is not active between networks that overlap', async () => {
    const address = nextBlock();
    const [a, b] = [await makeSide(mine, address), await makeSide(theirs, address)];
    await peer(a, b);
    await peer(b, a);
    await waitForBoth(a, b, 'conflict-subnet', 'conflict-subnet');
  });

  it('works within one account', async () => {
    const [a, b] = [await makeSide(mine), await makeSide(mine)];
    await peer(a, b);
    await peer(b, a);
    await waitForBoth(a, b, 'active', 'active');
  });

  it('is changed in its name and labels', async () => {
    const [a, b] = await makeSides();
    const labels = [
      { key: 'env', value: 'prod' },
      { key: 'team', value: '' },
    ];
    await peer(a, b, { labels });
    const path = `/network-peering/${a.peering}`;
    const changed = await mine.succeed('PATCH', path, { network_peering: { name: 'renamed' } });
    expect([changed.status, changed.body.network_peering]).toEqual([
      200,
      expect.objectContaining({ name: 'renamed', labels }),
    ]);
    for (const none of [null, []]) {
      await mine.succeed('PATCH', path, { network_peering: { labels } });
      const { body } = await mine.succeed('PATCH', path, { network_peering: { labels: none } });
      expect(body.network_peering.labels).toEqual([]);
    }
    expect(await mine.refusal('PATCH', path, { network_peering: { network: { uuid: b.network } } })).toEqual([
      400,
      'NETWORK_IMMUTABLE',
    ]);
  });

  it('is listed by id, by its networks and by labels', async () => {
    const [a, b] = await makeSides();
    await peer(a, b, {
      labels: [
        { key: 'env', value: 'prod' },
        { key: 'run', value: a.network },
      ],
    });
    const list = async (query: string): Promise<string[]> => {
      const { body } = await mine.send('GET', `/network-peering${query}`);
      return body.network_peerings.network_peering.map(({ uuid }: { uuid: string }) => uuid);
    };
    const run = `label=run%3D${a.network}`;
    for (const query of [
      `?uuid=${a.peering}`,
      `?network_uuid_local=${a.network}`,
      `?network_uuid_peer=${b.network}`,
      `?${run}`,
      `?${run}&label=env`,
      `?${run}&label=env%3Dprod&network_uuid_local=${a.network}`,
    ]) {
      expect(await list(query)).toEqual([a.peering]);
    }
    expect(await list('/')).toContain(a.peering);
    for (const query of [
      `?${run}&label=env%3Dtest`,
      `?${run}&label=none`,
      `?uuid=${a.network}`,
      `?network_uuid_local=${b.network}`,
    ]) {
      expect(await list(query)).toEqual([]);
    }
  });

  it('is refused with the codes that the clients know', async () => {
    const [a, b] = await makeSides();
    await peer(a, b);
    const create = (local: string, other: string, changes: object = {}) =>
      mine.refusal('POST', '/network-peering', {
        network_peering: { name: 'p', network: { uuid: local }, peer_network: { uuid: other }, ...changes },
      });
    const nowhere = '03aaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
    const isolated = await mine.makeNetwork(nextBlock());
    expect(await create(a.network, b.network)).toEqual([409, 'PEERING_CONFLICT']);
    expect(await create(nowhere, b.network)).toEqual([404, 'NETWORK_NOT_FOUND']);
    expect(await create(b.network, a.network)).toEqual([404, 'NETWORK_NOT_FOUND']);
    expect(await create(a.network, nowhere)).toEqual([404, 'PEER_NETWORK_NOT_FOUND']);
    expect(await create(a.network, a.network)).toEqual([400, 'PEER_NETWORK_UUID_INVALID']);
    expect(await create(isolated, b.network)).toEqual([409, 'LOCAL_NETWORK_NO_ROUTER']);
    expect(await create(isolated, b.network, { name: '' })).toEqual([400, 'NAME_INVALID']);
    const twice = [
      { key: 'env', value: '1' },
      { key: 'env', value: '2' },
    ];
    expect(await create(isolated, b.network, { labels: twice })).toEqual([400, 'DUPLICATE_LABEL_KEYS']);
    for (const [method, body] of [['GET'], ['PATCH', { network_peering: { name: 'x' } }], ['DELETE']] as const) {
      for (const id of [nowhere, 'no-id']) {
        expect(await mine.refusal(method, `/network-peering/${id}`, body)).toEqual([404, 'PEERING_NOT_FOUND']);
      }
      expect(await theirs.refusal(method, `/network-peering/${a.peering}`, body)).toEqual([404, 'PEERING_NOT_FOUND']);
    }
  });
});

function permutationsOf<Item>(items: Item[]): Item[][] {
  if (items.length < 2) return [items];
  return items.flatMap((item, index) =>
    permutationsOf([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  );
}
