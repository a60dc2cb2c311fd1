import { randomUUID } from 'node:crypto';

const ABOUT = 'The same networks in both dialects: /v2 is the zone fr-par-1, which lies in the region fr-par.';
const SCALEWAY = '/vpc/v2/regions/fr-par/private-networks';

/** @param {import('../stage.mjs').Stage} stage */
export async function oneModel(stage) {
  const { screen, scaleway, exoscale, expect, kept } = stage;
  screen.scene(3, 'One resource model', ABOUT);
  const id = kept.shop.split('/').at(-1);
  const theirs = await scaleway.read(`${SCALEWAY}/${id}`);
  expect(
    'the network that Exoscale made, as Scaleway shows it',
    [theirs.id, theirs.name, theirs.subnets.map(({ subnet }) => subnet), theirs.dhcp_enabled],
    [id, 'shop', ['10.66.0.0/24'], true],
  );

  const created = await scaleway.change('POST', SCALEWAY, {
    body: { name: 'depot', subnets: ['10.77.0.0/24'] },
    status: 200,
    says: ({ id: made, name }) => `${made} "${name}"`,
  });
  const depot = `/v2/private-network/${created.id}`;
  const { vni: _vni, ...ours } = await exoscale.read(depot);
  expect('the network that Scaleway made, as Exoscale shows it', ours, {
    id: created.id,
    name: 'depot',
    'start-ip': '10.77.0.2',
    'end-ip': '10.77.0.254',
    netmask: '255.255.255.0',
  });
  await attachInOne(stage, depot);
}

async function attachInOne({ scaleway, exoscale, expect }, depot) {
  const instance = randomUUID();
  await exoscale.change('PUT', `${depot}:attach`, { body: { instance: { id: instance }, ip: '10.77.0.42' } });
  const { private_nics: nics } = await scaleway.read(`/instance/v1/zones/fr-par-1/servers/${instance}/private_nics`);
  expect(
    'an instance attached through Exoscale has a NIC at Scaleway',
    nics.map(({ private_network_id, state }) => [private_network_id, state]),
    [[depot.split('/').at(-1), 'available']],
  );
}
