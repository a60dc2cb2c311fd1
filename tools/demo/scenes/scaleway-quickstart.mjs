import { randomUUID } from 'node:crypto';

const ABOUT = 'The quickstart of the Scaleway VPC API: a private network, an instance on it, and both gone again.';
const NETWORKS = '/vpc/v2/regions/fr-par/private-networks';

/** @param {import('../stage.mjs').Stage} stage */
export async function scalewayQuickstart(stage) {
  const { screen, scaleway, expect } = stage;
  screen.scene(1, 'Scaleway quickstart', ABOUT);
  const network = await createNetwork(stage);
  const nic = await plugIn(stage, network);
  await scaleway.change('DELETE', nic, { status: 204 });
  await scaleway.change('DELETE', `${NETWORKS}/${network.id}`, { status: 204 });
  const { total_count } = await scaleway.read(NETWORKS);
  expect('nothing is left', total_count, 0);
}

async function createNetwork({ scaleway, expect, credentials }) {
  const created = await scaleway.change('POST', NETWORKS, {
    body: { name: 'My new Private Network', project_id: credentials.projectId, tags: ['test', 'dev'] },
    status: 200,
    says: ({ id, name }) => `network ${id} "${name}"`,
  });
  const network = await scaleway.read(`${NETWORKS}/${created.id}`, {
    says: ({ subnets }) => `subnets ${cidrsOf(subnets).join(' and ')}`,
  });
  expect('it got an IPv4 /22 and an IPv6 /64', cidrsOf(network.subnets).map(prefixOf), ['22', '64']);
  expect('DHCP is on, the tags are kept', [network.dhcp_enabled, network.tags], [true, ['test', 'dev']]);
  return network;
}

async function plugIn({ scaleway, exoscale, expect }, network) {
  const server = randomUUID();
  const nics = `/instance/v1/zones/fr-par-1/servers/${server}/private_nics`;
  const says = ({ private_nic: nic }) => `NIC ${nic.id}, MAC ${nic.mac_address}, ${nic.state}`;
  const body = { private_network_id: network.id };
  const plugged = await scaleway.change('POST', nics, { body, status: 201, says });
  const path = `${nics}/${plugged.private_nic.id}`;
  const { private_nic: nic } = await scaleway.read(path, { says });
  expect('the NIC is available', nic.state, 'available');
  expect('it was given one address of each family', nic.ipam_ip_ids.length, 2);
  // Which ones, the IPAM API would tell; the IPv4 one is a lease in the other dialect.
  const { leases } = await exoscale.read(`/v2/private-network/${network.id}`, {
    says: (shown) => shown.leases.map((lease) => `${lease.ip} is leased to ${lease['instance-id']}`).join(', '),
  });
  const first = cidrsOf(network.subnets)[0].replace(/\.0\/22$/, '.2');
  expect('its IPv4 address is the first of the subnet after the gateway', leases, [
    { ip: first, 'instance-id': server },
  ]);
  return path;
}

function cidrsOf(subnets) {
  return subnets.map(({ subnet }) => subnet);
}

function prefixOf(cidr) {
  return cidr.split('/')[1];
}
