import { randomUUID } from 'node:crypto';

const ABOUT = 'Every request of the Exoscale private network API. Each change answers an operation, which has steps.';
const NETWORKS = '/v2/private-network';
const UNLABELLED = {
  name: 'shop',
  description: 'The shop of the demo',
  'start-ip': '10.66.0.10',
  'end-ip': '10.66.0.20',
  netmask: '255.255.255.0',
  options: {
    routers: ['10.66.0.1'],
    'dns-servers': ['10.66.0.2', '10.66.0.3'],
    'ntp-servers': ['10.66.0.4'],
    'domain-search': ['shop.example'],
  },
};
const MANAGED = { ...UNLABELLED, labels: { team: 'shop', stage: 'demo' } };

/** @param {import('../stage.mjs').Stage} stage */
export async function exoscaleRequests(stage) {
  stage.screen.scene(2, 'Exoscale requests', ABOUT);
  await zones(stage);
  const shop = await createAndRead(stage);
  await attachAndMove(stage, shop);
  await updateAndReset(stage, shop);
  stage.kept.shop = shop;
}

async function zones({ api, screen, expect, url }) {
  const answer = await api('nobody', 'GET', '/v2/zone');
  const names = answer.body.zones.map(({ name }) => name);
  screen.answer(answer, `${names.length} zones: ${names.slice(0, 4).join(', ')}, … ${names.at(-1)}`);
  const geneva = answer.body.zones.find(({ name }) => name === 'ch-gva-2');
  expect('each zone has an endpoint of its own', geneva?.['api-endpoint'], `${url}/zone/ch-gva-2/v2`);
}

/** @returns {Promise<string>} the path of the managed network */
async function createAndRead({ exoscale, expect }) {
  const managed = await exoscale.change('POST', NETWORKS, { body: MANAGED });
  const unmanaged = await exoscale.change('POST', NETWORKS, { body: { name: 'plain' } });
  const list = await exoscale.read(NETWORKS, { says: namesIn });
  expect('both are listed', list['private-networks'].map(({ name }) => name).sort(), ['plain', 'shop']);
  const shop = `${NETWORKS}/${managed.reference.id}`;
  const { id, vni, ...rest } = await exoscale.read(shop, { says: rangeOf });
  expect('the managed one is as it was ordered', [id, rest], [managed.reference.id, MANAGED]);
  const plain = await exoscale.read(`${NETWORKS}/${unmanaged.reference.id}`, { says: rangeOf });
  expect('the unmanaged one has neither range nor options', Object.keys(plain).sort(), ['id', 'name', 'vni']);
  expect('each has a VXLAN of its own', vni === plain.vni, false);
  const elsewhere = await exoscale.read('/zone/ch-gva-2/v2/private-network', { says: namesIn });
  expect('another zone sees neither', elsewhere, { 'private-networks': [] });
  return shop;
}

async function attachAndMove({ exoscale, expect }, shop) {
  const [chosen, named] = [randomUUID(), randomUUID()];
  const leases = async () => {
    const network = await exoscale.read(shop, { says: leasesOf });
    return Object.fromEntries(network.leases.map((lease) => [lease['instance-id'], lease.ip]));
  };
  await exoscale.change('PUT', `${shop}:attach`, { body: { instance: { id: chosen } } });
  await exoscale.change('PUT', `${shop}:attach`, { body: { instance: { id: named }, ip: '10.66.0.100' } });
  const both = { [chosen]: '10.66.0.10', [named]: '10.66.0.100' };
  expect('one got the first address of the range, the other the one it asked for', await leases(), both);
  await exoscale.change('PUT', `${shop}:update-ip`, { body: { instance: { id: chosen }, ip: '10.66.0.15' } });
  expect('the first has moved', await leases(), { ...both, [chosen]: '10.66.0.15' });
  await exoscale.change('PUT', `${shop}:detach`, { body: { instance: { id: named } } });
  expect('the other has left, and its lease with it', await leases(), { [chosen]: '10.66.0.15' });
}

async function updateAndReset({ exoscale, expect }, shop) {
  const changes = { description: 'A bigger shop', 'end-ip': '10.66.0.200' };
  await exoscale.change('PUT', shop, { body: changes });
  await exoscale.change('DELETE', `${shop}/labels`);
  const network = await exoscale.read(shop, { says: rangeOf });
  const { id, vni, leases } = network;
  const wanted = { id, vni, leases, ...UNLABELLED, ...changes };
  expect('the changes are there, the labels are gone, the rest is as it was', network, wanted);
}

function namesIn(list) {
  return list['private-networks'].map(({ name }) => name).join(', ') || 'none';
}

function rangeOf(network) {
  const range = network.netmask ? `${network['start-ip']} to ${network['end-ip']}, ${network.netmask}` : 'unmanaged';
  return `"${network.name}": ${range}, VXLAN ${network.vni}`;
}

function leasesOf({ leases }) {
  return leases.map((lease) => `${lease.ip} for ${lease['instance-id']}`).join(', ');
}
