import { randomUUID } from 'node:crypto';

const ABOUT = 'The same networks in both dialects: /v2 is the zone fr-par-1, which lies in the region fr-par.';
const SCALEWAY = '/vpc/v2/regions/fr-par/private-networks';

/** @param {import('../stage.mjs').Stage} stage */
export async function oneModel(stage) {
  stage.screen.scene(3, 'One resource model', ABOUT);
  await seenByScaleway(stage);
  await attachThroughOne(stage, await seenByExoscale(stage));
}

async function seenByScaleway({ scaleway, expect, kept }) {
  const id = kept.shop.split('/').at(-1);
  const seen = await scaleway.read(`${SCALEWAY}/${id}`, {
    says: ({ name, subnets, region }) => `"${name}": ${subnets.map(({ subnet }) => subnet)} in ${region}`,
  });
  const { name, dhcp_enabled: hasDhcp, subnets } = seen;
  expect(
    'the network that Exoscale made, as Scaleway shows it',
    [seen.id, name, hasDhcp, subnets.map(({ subnet }) => subnet)],
    [id, 'shop', true, ['10.66.0.0/24']],
  );
}

/** @returns {Promise<string>} the network's path in the Exoscale dialect */
async function seenByExoscale({ scaleway, exoscale, expect }) {
  const { id } = await scaleway.change('POST', SCALEWAY, {
    body: { name: 'depot', subnets: ['10.77.0.0/24'] },
    status: 200,
    says: ({ id: made, name }) => `network ${made} "${name}"`,
  });
  const depot = `/v2/private-network/${id}`;
  const seen = await exoscale.read(depot, {
    says: (network) => `"${network.name}": ${network['start-ip']} to ${network['end-ip']}, ${network.netmask}`,
  });
  const range = { 'start-ip': '10.77.0.2', 'end-ip': '10.77.0.254', netmask: '255.255.255.0' };
  expect('the network that Scaleway made, as Exoscale shows it', seen, { id, vni: seen.vni, name: 'depot', ...range });
  return depot;
}

async function attachThroughOne({ scaleway, exoscale, expect }, depot) {
  const instance = randomUUID();
  await exoscale.change('PUT', `${depot}:attach`, { body: { instance: { id: instance }, ip: '10.77.0.42' } });
  const { private_nics: nics } = await scaleway.read(`/instance/v1/zones/fr-par-1/servers/${instance}/private_nics`, {
    says: ({ private_nics: [nic] }) => `NIC ${nic?.id}, MAC ${nic?.mac_address}, ${nic?.state}`,
  });
  expect(
    'an instance attached through Exoscale has a NIC at Scaleway',
    nics.map(({ private_network_id: network, state }) => [network, state]),
    [[depot.split('/').at(-1), 'available']],
  );
}
