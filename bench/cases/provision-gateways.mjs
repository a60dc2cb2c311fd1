import { setTimeout as pause } from 'node:timers/promises';
import { httpClient, succeed } from '../harness/http-client.mjs';

const GATEWAYS = 50;
const POLL_MS = 10;
const REGION = '/vpc/v2/regions/fr-par';
const EIP = { type: '5_bgp', charge_mode: 'bandwidth', bandwidth_size: 100 };
const MANAGED = { name: 'bench', 'start-ip': '10.0.0.20', 'end-ip': '10.0.0.200', netmask: '255.255.255.0' };

/** 50 public VPN gateways asked for at once until all are ACTIVE, beside as many private networks asked for at once. */
export const provisionGateways = {
  name: 'provision-gateways',
  title: `${GATEWAYS} VPN gateways at once until ACTIVE, memory drivers without latency`,
  columns: ['what', 'rate/s', 'p50 ms', 'p99 ms', 'rate ratio'],
  async run({ plan, stack, headers }) {
    const client = httpClient(stack.url, headers);
    try {
      const place = await makePlace(client);
      const project = `/v5/${stack.credentials.projectId.replaceAll('-', '')}`;
      const seen = { gateways: [], networks: [] };
      for (let window = 0; window <= plan.windows; window++) {
        const gateways = await allAtOnce(() => provision(client, project, place));
        const networks = await allAtOnce(() => succeed(client, 'POST', '/v2/private-network', MANAGED));
        await Promise.all(gateways.made.map((id) => remove(client, `${project}/vpn-gateways/${id}`)));
        // The first window warms up.
        if (window > 0) [seen.gateways, seen.networks].forEach((all, index) => all.push([gateways, networks][index]));
      }
      return rows(medianOf(seen.gateways), medianOf(seen.networks));
    } finally {
      client.close();
    }
  },
};

async function makePlace(client) {
  const vpc = await client.send('POST', `${REGION}/vpcs`, { name: 'bench', enable_routing: true });
  const body = { name: 'bench', vpc_id: vpc.id, subnets: ['10.40.0.0/16'] };
  const { subnets } = await client.send('POST', `${REGION}/private-networks`, body);
  return { vpcId: vpc.id, subnetId: subnets.find(({ subnet }) => subnet === '10.40.0.0/16').id };
}

async function provision(client, project, { vpcId, subnetId }) {
  const asked = { vpc_id: vpcId, connect_subnet: subnetId, local_subnets: ['10.40.0.0/16'], eip1: EIP, eip2: EIP };
  const { vpn_gateway: made } = await client.send('POST', `${project}/vpn-gateways`, { vpn_gateway: asked });
  for (;;) {
    const { vpn_gateway: gateway } = await client.send('GET', `${project}/vpn-gateways/${made.id}`);
    if (gateway.status === 'ACTIVE') return made.id;
    if (gateway.status !== 'PENDING_CREATE') throw new Error(`gateway ${made.id} is ${gateway.status}`);
    await pause(POLL_MS);
  }
}

async function remove(client, path) {
  await client.send('DELETE', path);
  for (;;) {
    const isThere = await client.send('GET', path).catch(() => undefined);
    if (isThere === undefined) return;
    await pause(POLL_MS);
  }
}

/** Starts all pieces in the same moment; the rate is of all of them until the last one is done. */
async function allAtOnce(work) {
  const startedMs = performance.now();
  const pieces = Array.from({ length: GATEWAYS }, async () => {
    const made = await work();
    return { made, tookMs: performance.now() - startedMs };
  });
  const done = await Promise.all(pieces);
  const took = done.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  return {
    made: done.map(({ made }) => made),
    rate: (GATEWAYS * 1000) / took.at(-1),
    p50Ms: took[Math.floor(GATEWAYS / 2)],
    p99Ms: took[Math.ceil(GATEWAYS * 0.99) - 1],
  };
}

function medianOf(windows) {
  const middle = (name) => windows.map((each) => each[name]).sort((a, b) => a - b)[Math.floor(windows.length / 2)];
  return { rate: middle('rate'), p50Ms: middle('p50Ms'), p99Ms: middle('p99Ms') };
}

function rows(gateways, networks) {
  const row = (what, { rate, p50Ms, p99Ms }) => ({ what, 'rate/s': rate, 'p50 ms': p50Ms, 'p99 ms': p99Ms });
  return [
    { ...row('VPN gateways', gateways), 'rate ratio': gateways.rate / networks.rate },
    row('private networks', networks),
  ];
}
