import { ApiClient, startStack, type Stack, violations } from '@isthmus/testing';
import { type Body, HuaweiClient } from '../../fixtures/huawei/huawei-client';
import { holdings, makePlace, type Place } from '../../fixtures/huawei/place';
import { detailsOf, untilOperation } from '../contract/operations';

const DEADLINE_MS = 6_000;
/** Gateways get as far as their last step, and no further. */
const FAULT = { call: 'announce', code: 'unavailable', message: 'The driver is away.' };

describe('VPN gateways that are not finished', () => {
  let stack: Stack;
  let client: ApiClient;
  let huawei: HuaweiClient;
  let place: Place;
  let before: Body;

  beforeAll(async () => {
    const env = { OPERATION_DEADLINE_MS: String(DEADLINE_MS), TUNNEL_FAULTS: JSON.stringify([FAULT]) };
    stack = await startStack({ hasVpn: true, env: { ...env, SETTLE_WINDOW_MS: '0' } });
    client = ApiClient.of(stack);
    huawei = HuaweiClient.of(stack);
    place = await makePlace(stack);
    before = await holdings(stack);
  });
  afterAll(() => stack.stop());

  async function submit(): Promise<{ id: string; operationId: string }> {
    const { vpcId, subnetId } = place;
    const gateway = {
      network_type: 'private',
      vpc_id: vpcId,
      connect_subnet: subnetId,
      local_subnets: ['10.8.0.0/24'],
    };
    const { vpn_gateway: made, operation } = await huawei.call('POST', '/vpn-gateways', { vpn_gateway: gateway });
    return { id: made.id, operationId: operation.id };
  }

  async function expectFault(id: string): Promise<void> {
    expect((await huawei.showGateway(id)).status).toBe('FAULT');
    expect(await holdings(stack)).toEqual(before);
    expect(await violations(stack.database)).toEqual([]);
    await huawei.destroy(`/vpn-gateways/${id}`);
  }

  it('can be called off, and give everything back', async () => {
    const { id, operationId } = await submit();
    const isAtItsLast = ({ steps }: { steps: { attempt: number }[] }): boolean => (steps.at(-1)?.attempt ?? 0) >= 2;
    const seen = await untilOperation(client, operationId, 'is at its last step', isAtItsLast);
    expect(seen.isCancellable).toBe(true);
    expect(await holdings(stack)).not.toEqual(before);
    expect((await client.send('POST', `/v1/operations/${operationId}/cancel`)).status).toBe(202);
    await client.ended(operationId);
    expect(await detailsOf(client, operationId)).toMatchObject({ state: 'failure', reason: 'interrupted' });
    await expectFault(id);
  });

  it('end as timeout at their deadline, and give everything back', async () => {
    const { id, operationId } = await submit();
    await client.ended(operationId);
    const ended = await detailsOf(client, operationId);
    expect(ended).toMatchObject({ state: 'timeout', reason: 'unavailable', code: 'deadline-exceeded' });
    expect(Date.parse(ended.deadline) - Date.parse(ended.createdAt)).toBe(DEADLINE_MS);
    await expectFault(id);
  });
});
