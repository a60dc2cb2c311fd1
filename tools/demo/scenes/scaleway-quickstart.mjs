import { randomUUID } from 'node:crypto';

const ABOUT = 'The quickstart of the Scaleway VPC API: a private network, an instance on it, and both gone again.';

/** @param {import('../stage.mjs').Stage} stage */
export async function scalewayQuickstart({ screen, scaleway, exoscale, expect, credentials }) {
  screen.scene(1, 'Scaleway quickstart', ABOUT);
  const networks = '/vpc/v2/regions/fr-par/private-networks';
  const { projectId: project_id } = credentials;
  const created = await scaleway.change('POST', networks, {
    body: { name: 'My new Private Network', project_id, tags: ['test', 'dev'] },
    status: 200,
    says: ({ id, name }) => `${id} "${name}"`,
  });
  const network = await scaleway.read(`${networks}/${created.id}`);
  const cidrs = network.subnets.map(({ subnet }) => subnet);
  expect(`got an IPv4 and an IPv6 subnet: ${cidrs.join(' and ')}`, cidrs.map(prefixOf), ['22', '64']);
  expect('DHCP is on, the tags are kept', [network.dhcp_enabled, network.tags], [true, ['test', 'dev']]);

  const server = randomUUID();
  const nics = `/instance/v1/zones/fr-par-1/servers/${server}/private_nics`;
  const { private_nic: plugged } = await scaleway.change('POST', nics, {
    body: { private_network_id: network.id },
    status: 201,
    says: ({ private_nic: nic }) => `NIC ${nic.id} ${nic.mac_address}, ${nic.state}`,
  });
  const { private_nic: nic } = await scaleway.read(`${nics}/${plugged.id}`);
  expect('the NIC is available', nic.state, 'available');
  expect('it was given one address of each family', nic.ipam_ip_ids.length, 2);
  // Which one: the same network in another dialect, which lists leases.
  const { leases } = await exoscale.read(`/v2/private-network/${network.id}`);
  const first = `${cidrs[0].split('/')[0].replace(/\.0$/, '')}.2`;
  expect(`its IPv4 address is ${first}`, leases, [{ ip: first, 'instance-id': server }]);

  await scaleway.change('DELETE', `${nics}/${nic.id}`, { status: 204 });
  await scaleway.change('DELETE', `${networks}/${network.id}`, { status: 204 });
  const { total_count } = await scaleway.read(networks);
  expect('nothing is left', total_count, 0);
}

function prefixOf(cidr) {
  return cidr.split('/')[1];
}
