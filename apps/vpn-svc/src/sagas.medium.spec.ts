import { SagaRegistry } from '@isthmus/operations';
import { requireScenarios, type SagaWorld, sagaTests, violations } from '@isthmus/testing';
import { connectionScenarios } from '../test/connections';
import { by, gatewayScenarios, resourcesInUse, withoutRevision } from '../test/gateways';
import { startVpnApp, type VpnApp } from '../test/vpn-app';
import { SAGAS } from './app.module';

describe('the sagas of vpn-svc, with the real ipam-svc and network-svc', () => {
  let vpn: VpnApp;

  beforeAll(async () => {
    vpn = await startVpnApp();
  });

  afterEach(() => vpn.probe.disarm());

  afterAll(() => vpn.stop());

  async function snapshot(): Promise<unknown> {
    const { database } = vpn;
    return {
      ...((await resourcesInUse(vpn)) as object),
      // A create that failed leaves its row, in fault or error, to be looked at, and with it what counts rows.
      gateways: await database.query(
        `SELECT id, name, local_subnets, policy_template, state, state_reason,
                connection_count - (SELECT count(*) FROM vpn.connection WHERE gateway_id = g.id AND state = 'error') AS count
           FROM vpn.gateway g WHERE state <> 'fault' ORDER BY id`,
      ),
      rows: await database.query(
        `SELECT e.id, zone, health, access_address, connect_address, is_eip_made, eip_id, eip_address, eip_bandwidth_id
           FROM vpn.endpoint e JOIN vpn.gateway g ON g.id = e.gateway_id WHERE g.state <> 'fault' ORDER BY e.id`,
      ),
      unplaced: await database.query(
        `SELECT e.* FROM vpn.endpoint e JOIN vpn.gateway g ON g.id = e.gateway_id
          WHERE g.state = 'fault' AND num_nonnulls(zone, access_address, connect_address, eip_id, eip_address) > 0`,
      ),
      usage: await database.query(
        `SELECT project_id, resource, sum(used) - (SELECT count(*) FROM (
                  SELECT project_id, 'vpn-gateway' AS resource FROM vpn.gateway WHERE state = 'fault'
                  UNION ALL SELECT project_id, 'vpn-connection' FROM vpn.connection WHERE state = 'error') f
                  WHERE (f.project_id, f.resource) = (u.project_id, u.resource)) AS used
           FROM vpn.project_usage u GROUP BY 1, 2 ORDER BY 1, 2`,
      ),
      connections: await database.query(
        `SELECT id, name, customer_gateway_id, peer_subnets, tunnel_network, tunnel_local_address, tunnel_peer_address,
                is_nqa_enabled, is_hub_enabled, policy_rules, ike_policy, ipsec_policy, state, state_reason
           FROM vpn.connection WHERE state <> 'error' ORDER BY id`,
      ),
      vpnRoutes: await database.query(
        `SELECT connection_id, vpc_id, destination, next_hop_private_network_id, next_hop_address
           FROM network.vpn_route ORDER BY connection_id, vpc_id, destination`,
      ),
      tunnels: [...vpn.driver.connections.values()].map(withoutRevision).sort(by('id')),
      secrets: [...vpn.driver.secrets.values()].map(withoutRevision).sort(by('id')),
      locks: await database.query('SELECT resource_id FROM ops.live_operation'),
    };
  }

  const world = (): SagaWorld => ({
    probe: vpn.probe,
    snapshot,
    ended: (id) => vpn.ended(id),
    violations: () => violations(vpn.database),
    killWorkerOf: async (id) => {
      await vpn.database.query('UPDATE ops.operation SET lease_until = now(), wake_at = now() WHERE id = $1', [id]);
    },
  });

  const scenarios = { ...gatewayScenarios(() => vpn), ...connectionScenarios(() => vpn) };

  it('has a scenario for every registered saga', () => {
    requireScenarios(
      vpn.app.get(SagaRegistry).all.map(({ kind }) => kind),
      scenarios,
    );
  });

  for (const Saga of SAGAS) {
    // The shape of a saga (kind and steps) needs none of what it works with.
    const shape = new (Saga as new () => InstanceType<typeof Saga>)();
    sagaTests(it, shape as never, scenarios[shape.kind], world);
  }
});
