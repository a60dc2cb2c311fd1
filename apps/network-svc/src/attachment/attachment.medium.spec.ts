import { randomUUID } from 'node:crypto';
import type { CreateAttachment } from '@isthmus/contracts';
import type { AttachmentView } from '@isthmus/model';
import { violations } from '@isthmus/testing';
import { type NetworkApp, startNetworkApp } from '../../test/network-app';
import { PrivateNetworkService } from '../private-network/private-network.service';
import { AttachmentService } from './attachment.service';

const SCOPE = { region: 'fr-par' };

/** The tests of one registry setting, on an app of their own. */
function withApp(settings: { isInstanceRegistryOpen: boolean }) {
  const running = {} as { network: NetworkApp; attachments: AttachmentService; privateNetworkId: string };

  beforeAll(async () => {
    running.network = await startNetworkApp(settings);
    running.attachments = running.network.app.get(AttachmentService);
    const networks = running.network.app.get(PrivateNetworkService);
    const range = { startIp: '10.0.0.10', endIp: '10.0.0.12', netmask: '255.255.255.0' };
    const { resource } = await running.network.succeed(
      networks.create(
        {
          ...SCOPE,
          zone: 'fr-par-1',
          vpcId: null,
          name: 'net',
          description: '',
          labels: {},
          tags: [],
          connectivity: 'isolated',
          addressing: { kind: 'range', range },
          isDhcpEnabled: true,
          dhcpOptions: { routers: [], dnsServers: [], ntpServers: [], domainSearch: [] },
          isDefaultRoutePropagated: false,
        },
        running.network.context(),
      ),
    );
    running.privateNetworkId = resource.id;
  });

  afterEach(async () => {
    running.network.probe.disarm();
    expect(await violations(running.network.database)).toEqual([]);
  });

  afterAll(() => running.network.stop());

  return running;
}

describe('attachments', () => {
  const running = withApp({ isInstanceRegistryOpen: true });

  function command(change: Partial<CreateAttachment> = {}): CreateAttachment {
    const { privateNetworkId } = running;
    return { ...SCOPE, privateNetworkId, instanceId: randomUUID(), instanceZone: 'fr-par-1', tags: [], ...change };
  }

  async function attach(change: Partial<CreateAttachment> = {}): Promise<AttachmentView> {
    const { network, attachments } = running;
    return (await network.succeed(attachments.create(command(change), network.context()))).resource;
  }

  async function detach({ id }: AttachmentView): Promise<void> {
    const { network, attachments } = running;
    await network.succeed(attachments.delete({ attachmentId: id }, network.context()));
  }

  it('lease from the range, or a given address outside it but inside the subnet', async () => {
    const made = [await attach(), await attach({ address: '10.0.0.200' })];
    const leases = await running.network.database.query<{ address: string }>(
      'SELECT host(address) AS address FROM ipam.address ORDER BY address',
    );
    expect(leases).toEqual([{ address: '10.0.0.10' }, { address: '10.0.0.200' }]);
    for (const attachment of made) await detach(attachment);
  });

  it.each([
    ['outside the subnet', '10.0.1.1', 'invalid-argument'],
    ['no address', 'ten', 'invalid-argument'],
    ['the broadcast address', '10.0.0.255', 'conflict'],
  ])('refuse a static address that is %s before anything is made', async (_what, address, code) => {
    const { network, attachments } = running;
    await expect(attachments.create(command({ address }), network.context())).rejects.toMatchObject({ code });
    expect((await attachments.list({}, network.context())).totalCount).toBe(0);
  });

  it('refuse an address that another instance has', async () => {
    const { network, attachments } = running;
    const holder = await attach({ address: '10.0.0.50' });
    const refused = attachments.create(command({ address: '10.0.0.50' }), network.context());
    await expect(refused).rejects.toMatchObject({ code: 'conflict' });
    await detach(holder);
  });

  it('refuse an instance that is on the network already', async () => {
    const { network, attachments } = running;
    const first = await attach();
    const again = attachments.create(command({ instanceId: first.instanceId }), network.context());
    await expect(again).rejects.toMatchObject({ code: 'already-exists' });
    await detach(first);
  });

  it('refuse an instance of another project as if it were not there', async () => {
    const { network, attachments } = running;
    const foreign = randomUUID();
    await network.database.query(
      "INSERT INTO network.instance (id, project_id, region, zone, name) VALUES ($1, $2, 'fr-par', 'fr-par-1', 'theirs')",
      [foreign, randomUUID()],
    );
    const refused = attachments.create(command({ instanceId: foreign }), network.context());
    await expect(refused).rejects.toMatchObject({ code: 'not-found', meta: { resource: 'instance' } });
  });

  it('fail with the capacity when the range is full, and leave nothing behind', async () => {
    const { network, attachments } = running;
    const made = [await attach(), await attach(), await attach()];
    const { operation } = await attachments.create(command(), network.context());
    expect(await network.ended(operation.id)).toMatchObject({
      state: 'failure',
      message: expect.stringMatching(/full|free/),
    });
    expect((await attachments.list({}, network.context())).totalCount).toBe(3);
    for (const attachment of made) await detach(attachment);
  });

  it('move to another address, to the next free one, or to the one they have', async () => {
    const { network, attachments } = running;
    const { instanceId, privateNetworkId } = await attach();
    const move = async (address?: string) => {
      const target = { ...SCOPE, privateNetworkId, instanceId, address };
      await network.succeed(attachments.updateIp(target, network.context()));
      const rows = await network.database.query<{ address: string }>(
        'SELECT host(address) AS address FROM ipam.address',
      );
      return rows.map((row) => row.address);
    };
    expect(await move('10.0.0.77')).toEqual(['10.0.0.77']);
    expect(await move('10.0.0.77')).toEqual(['10.0.0.77']);
    expect(await move()).toEqual(['10.0.0.10']);
    const { id } = await attachments.get({ privateNetworkId, instanceId }, network.context());
    await detach({ id } as AttachmentView);
  });
});

describe('attachments with a strict instance registry', () => {
  const running = withApp({ isInstanceRegistryOpen: false });

  it('refuse an instance that nobody registered', async () => {
    const { network, attachments, privateNetworkId } = running;
    const unknown = { ...SCOPE, privateNetworkId, instanceId: randomUUID(), instanceZone: 'fr-par-1', tags: [] };
    await expect(attachments.create(unknown, network.context())).rejects.toMatchObject({ code: 'not-found' });
  });
});
