const ABOUT =
  'A VPC reaches an office: two endpoints in two zones, with public addresses of those zones. By Huawei Cloud.';
const VPC = '/vpc/v2/regions/fr-par';
const IPAM = '/ipam/v1/regions/fr-par';
const PSK = 'Demo-Key.4711';

/** @param {import('../stage.mjs').Stage} stage */
export async function vpnGateway(stage) {
  stage.screen.scene(7, 'A VPN gateway', ABOUT);
  const project = `/v5/${stage.credentials.projectId.replaceAll('-', '')}`;
  const place = await makePlace(stage);
  const before = await addressesInUse(stage);
  const gateway = await makeGateway(stage, project, place);
  await connect(stage, project, { place, gateway });
  await deleteGateway(stage, project, gateway.id);
  stage.expect('all addresses are back in their pools', await addressesInUse(stage), before);
  await stage.audit();
}

/** @returns {Promise<{vpcId: string, subnetId: string}>} */
async function makePlace({ api, expect, scaleway, screen }) {
  const answer = await api('scaleway', 'POST', `${VPC}/vpcs`, { body: { name: 'head-office', enable_routing: true } });
  expect.quietly('a VPC is made', answer.status, 200);
  screen.answer(answer, `VPC ${answer.body.id}`);
  const { id } = await scaleway.change('POST', `${VPC}/private-networks`, {
    body: { name: 'servers', vpc_id: answer.body.id, subnets: ['10.88.0.0/24'] },
    status: 200,
    says: (network) => `network ${network.id}`,
  });
  const { subnets } = await scaleway.read(`${VPC}/private-networks/${id}`, { isQuiet: true });
  const subnetId = subnets.find(({ subnet }) => subnet === '10.88.0.0/24').id;
  return { vpcId: answer.body.id, subnetId };
}

async function makeGateway({ huawei, expect }, project, { vpcId, subnetId }) {
  const eip = { type: '5_bgp', charge_mode: 'bandwidth', bandwidth_size: 100 };
  const asked = { vpc_id: vpcId, connect_subnet: subnetId, local_subnets: ['10.88.0.0/24'] };
  const { vpn_gateway: made } = await huawei.change('POST', `${project}/vpn-gateways`, {
    body: { vpn_gateway: { name: 'office', ...asked, eip1: eip, eip2: eip } },
    status: 201,
    says: (body) => `gateway ${body.vpn_gateway.id}, operation ${body.operation.state}`,
  });
  const { vpn_gateway: gateway } = await huawei.read(`${project}/vpn-gateways/${made.id}`, {
    says: ({ vpn_gateway: { status, eip1, eip2 } }) => `${status}, ${eip1.ip_address} and ${eip2.ip_address}`,
  });
  const { status, availability_zone_ids: zones } = gateway;
  expect('the gateway is up, in two zones', [status, new Set(zones).size], ['ACTIVE', 2]);
  return gateway;
}

async function connect(stage, project, { place, gateway }) {
  const { api, expect, huawei, scaleway, screen } = stage;
  const answer = await api('huawei', 'POST', `${project}/customer-gateways`, {
    body: { customer_gateway: { name: 'branch', id_value: '192.0.2.77' } },
  });
  expect.quietly('a customer gateway is written down', answer.status, 201);
  const customer = answer.body.customer_gateway;
  screen.answer(answer, `customer gateway ${customer.id} at ${customer.id_value}`);
  const wanted = { vgw_id: gateway.id, vgw_ip: gateway.eip1.id, cgw_id: customer.id, peer_subnets: ['172.20.0.0/16'] };
  const { vpn_connection: made } = await huawei.change('POST', `${project}/vpn-connection`, {
    body: { vpn_connection: { ...wanted, psk: PSK } },
    status: 201,
    says: (body) => `connection ${body.vpn_connection.id}, ${body.vpn_connection.tunnel_local_address} inside`,
  });
  const path = `${project}/vpn-connection/${made.id}`;
  const { vpn_connection: shown } = await huawei.read(path, { says: (body) => body.vpn_connection.status });
  expect('the connection is up', shown.status, 'ACTIVE');
  expect('and nobody is told its key', JSON.stringify([made, shown]).includes(PSK), false);
  const { routes } = await scaleway.read(`${VPC}/routes-with-nexthop?vpc_id=${place.vpcId}`, {
    says: (body) => body.routes.map(({ route }) => route.destination).join(', '),
  });
  const destinations = routes.map(({ route }) => route.destination);
  expect('the VPC has a route to the branch', destinations.includes('172.20.0.0/16'), true);
  await huawei.change('DELETE', path, { status: 204 });
  const gone = await api('huawei', 'DELETE', `${project}/customer-gateways/${customer.id}`);
  expect.quietly('the customer gateway is deleted', gone.status, 204);
  screen.answer(gone, '');
}

async function deleteGateway({ api, expect, huawei, screen }, project, id) {
  const path = `${project}/vpn-gateways/${id}`;
  await huawei.change('DELETE', path, { status: 204 });
  const answer = await api('huawei', 'GET', path);
  screen.answer(answer, answer.body.error_msg);
  expect('the gateway is gone', [answer.status, answer.body.error_code], [404, 'VPN.0509']);
}

/** @returns {Promise<number>} how many addresses of the region are not free */
async function addressesInUse({ scaleway }) {
  const { total_count } = await scaleway.read(`${IPAM}/ips`, { isQuiet: true });
  return total_count;
}
