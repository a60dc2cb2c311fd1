import { Client } from 'pg';
import { ApiClient, type AppName, type Stack, startStack, until, violations } from '@isthmus/testing';
import { type Body, HuaweiClient } from '../fixtures/huawei/huawei-client';
import { holdings, makePlace, type Place } from '../fixtures/huawei/place';

const STEPS = [
  'place-on-zones',
  'reserve-addresses',
  'bind-eips',
  'attach-ports',
  'bring-up-endpoints',
  'announce-local-subnets',
];
const VICTIMS: AppName[] = ['vpn-svc', 'ipam-svc', 'network-svc'];
/** Any number: whoever holds this lock holds every worker that wants to write down the step. */
const HOLD = 77;

/** F1: each service is killed with -9 at each step of one provisioning, between the step's effect and its record. */
describe.each(VICTIMS)('kill -9 of %s while a VPN gateway is provisioned', (victim) => {
  let stack: Stack;
  let huawei: HuaweiClient;
  let place: Place;
  let holder: Client;

  beforeAll(async () => {
    stack = await startStack({
      hasVpn: true,
      env: { OPERATION_LEASE_MS: '1500', TUNNEL_LATENCY_MS: '20', FABRIC_LATENCY_MS: '20' },
    });
    huawei = HuaweiClient.of(stack);
    place = await makePlace(stack);
    holder = new Client({ connectionString: stack.database.url });
    await holder.connect();
  });
  afterAll(async () => {
    await holder.end();
    await stack.stop();
  });

  /** Workers stop where they write that `step` is done, until the answered function is called. */
  async function hold(step: string): Promise<() => Promise<void>> {
    await holder.query('SELECT pg_advisory_lock($1)', [HOLD]);
    await stack.database.query(`
      CREATE OR REPLACE FUNCTION ops.hold() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock(${HOLD}); RETURN NEW; END $$;
      CREATE TRIGGER hold BEFORE INSERT ON ops.operation_step
        FOR EACH ROW WHEN (NEW.name = '${step}') EXECUTE FUNCTION ops.hold()`);
    return async () => {
      await holder.query('SELECT pg_advisory_unlock($1)', [HOLD]);
      await until('the trigger is gone', () =>
        stack.database.query('DROP TRIGGER IF EXISTS hold ON ops.operation_step'),
      );
    };
  }

  async function isHeld(): Promise<boolean> {
    const waiting = await stack.database.query(
      `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted`,
      [HOLD],
    );
    return waiting.length > 0;
  }

  it.each(STEPS)('at %s', async (step) => {
    const before = await holdings(stack);
    const release = await hold(step);
    const { operation, vpn_gateway: gateway } = await huawei.call('POST', '/vpn-gateways', {
      vpn_gateway: publicGateway(place),
    });
    await until(`${step} is done and not yet written down`, isHeld);
    await stack.processes(victim).at(-1)?.signal('SIGKILL');
    await release();
    await stack.start(victim);

    expect(await ApiClient.of(stack).ended(operation.id)).toMatchObject({ state: 'success' });
    expect(await huawei.showGateway(gateway.id)).toMatchObject({ status: 'ACTIVE' });
    expect(await violations(stack.database)).toEqual([]);
    await huawei.destroy(`/vpn-gateways/${gateway.id}`);
    expect(await holdings(stack)).toEqual(before);
    expect(await violations(stack.database)).toEqual([]);
  });
});

function publicGateway({ vpcId, subnetId }: Place): Body {
  const eip = { type: '5_bgp', charge_mode: 'bandwidth', bandwidth_size: 10 };
  return { vpc_id: vpcId, connect_subnet: subnetId, local_subnets: ['192.168.0.0/24'], eip1: eip, eip2: eip };
}
