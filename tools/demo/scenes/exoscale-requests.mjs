import { randomUUID } from 'node:crypto';

const ABOUT = 'Every request of the Exoscale private network API. Each change answers an operation, which has steps.';
const MANAGED = {
  name: 'shop',
  description: 'The shop of the demo',
  'start-ip': '10.66.0.10',
  'end-ip': '10.66.0.20',
  netmask: '255.255.255.0',
  labels: { team: 'shop', stage: 'demo' },
  options: {
    routers: ['10.66.0.1'],
    'dns-servers': ['10.66.0.2', '10.66.0.3'],
    'ntp-servers': ['10.66.0.4'],
    'domain-search': ['shop.example'],
  },
};

/** @param {import('../stage.mjs').Stage} stage */
export async function exoscaleRequests(stage) {
  stage.screen.scene(2, 'Exoscale requests', ABOUT);
  await zones(stage);
  const network = await createAndRead(stage);
  await attachAndMove(stage, network);
  await updateAndReset(stage, network);
  stage.kept.shop = network;
}

async function zones({ api, screen, expect, url }) {
  const { body, ms } = await api('nobody', 'GET', '/v2/zone');
  const names = body.zones.map(({ name }) => name);
  screen.answer(`${names.length} zones: ${names.slice(0, 4).join(', ')}, … ${names.at(-1)}`, ms);
  const geneva = body.zones.find(({ name }) => name === 'ch-gva-2');
  expect('each zone has an endpoint of its own', geneva?.['api-endpoint'], `${url}/zone/ch-gva-2/v2`);
}

async function createAndRead({ exoscale, expect }) {
  const { reference } = await exoscale.change('POST', '/v2/private-network', { body: MANAGED });
  const shop = `/v2/private-network/${reference.id}`;
  const unmanaged = await exoscale.change('POST', '/v2/private-network', { body: { name: 'plain' } });
  const list = await exoscale.read('/v2/private-network');
  const byName = Object.fromEntries(list['private-networks'].map((network) => [network.name, network]));
  expect('both are listed', Object.keys(byName).sort(), ['plain', 'shop']);
  const { id, vni, ...rest } = await exoscale.read(shop);
  expect('the managed one is as it was ordered', [id, rest], [reference.id, MANAGED]);
  const plain = { id: unmanaged.reference.id, name: 'plain', vni: byName.plain.vni };
  expect('the unmanaged one has no range', byName.plain, plain);
  expect(`each has a VXLAN of its own: ${vni} and ${plain.vni}`, vni === plain.vni, false);
  const elsewhere = await exoscale.read('/zone/ch-gva-2/v2/private-network');
  expect('another zone sees neither', elsewhere, { 'private-networks': [] });
  return shop;
}

async function attachAndMove({ exoscale, expect }, shop) {
  const [chosen, named] = [randomUUID(), randomUUID()];
  const leases = async () =>
    Object.fromEntries((await exoscale.read(shop)).leases?.map((lease) => [lease['instance-id'], lease.ip]) ?? []);
  await exoscale.change('PUT', `${shop}:attach`, { body: { instance: { id: chosen } } });
  await exoscale.change('PUT', `${shop}:attach`, { body: { instance: { id: named }, ip: '10.66.0.100' } });
  expect(
    'the first got the first address of the range, the second the one it asked for',
    await leases(),
    { [chosen]: '10.66.0.10', [named]: '10.66.0.100' },
  );
  await exoscale.change('PUT', `${shop}:update-ip`, { body: { instance: { id: chosen }, ip: '10.66.0.15' } });
  expect('the first has moved to 10.66.0.15', await leases(), { [chosen]: '10.66.0.15', [named]: '10.66.0.100' });
  await exoscale.change('PUT', `${shop}:detach`, { body: { instance: { id: named } } });
  expect('the second has left, and its lease with it', await leases(), { [chosen]: '10.66.0.15' });
}

async function updateAndReset({ exoscale, expect }, shop) {
  const changes = { description: 'A bigger shop', 'end-ip': '10.66.0.200' };
  await exoscale.change('PUT', shop, { body: changes });
  await exoscale.change('DELETE', `${shop}/labels`);
  const { id: _id, vni: _vni, leases: _leases, ...rest } = await exoscale.read(shop);
  const { labels: _labels, ...unchanged } = MANAGED;
  expect('the changes are there, the labels are gone, the rest is as it was', rest, { ...unchanged, ...changes });
}
