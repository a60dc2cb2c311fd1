import { randomUUID } from 'node:crypto';
import type { SubnetPlan } from '@isthmus/contracts';
import type { SubnetView } from '@isthmus/model';
import { Ipam } from './test-database';

describe('a change of subnets', () => {
  let ipam: Ipam;
  beforeAll(async () => (ipam = await Ipam.start()));
  afterEach(async () => expect(await ipam.violations()).toEqual([]));
  afterAll(() => ipam.stop());

  function change(subnet: SubnetView, add: string[], remove: string[], requestId?: string): Promise<SubnetView[]> {
    const plans = add.map<SubnetPlan>((cidr) => ({ id: randomUUID(), kind: 'cidr', cidr, hasGateway: true }));
    const { privateNetworkId, vpcId, region } = subnet;
    const request = { privateNetworkId, vpcId, region, isJoined: true, add: plans, remove };
    return ipam.subnets.change(request, ipam.context('subnet.change', requestId));
  }

  const subnetsOf = ({ privateNetworkId }: SubnetView) =>
    ipam.subnets.list({ privateNetworkIds: [privateNetworkId] }, ipam.context('subnet.list'));

  it('puts a block where one was that it overlaps, and answers all there are', async () => {
    const subnet = await ipam.reserveCidr('10.0.0.0/24');
    const after = await change(subnet, ['10.0.0.0/23', '10.0.8.0/24'], ['10.0.0.0/24']);
    expect(after.map(({ cidr }) => cidr).sort()).toEqual(['10.0.0.0/23', '10.0.8.0/24']);
    expect(await subnetsOf(subnet)).toEqual(after);
  });

  it('is undone whole, once and for good', async () => {
    const subnet = await ipam.reserveCidr('10.1.0.0/24');
    const requestId = randomUUID();
    await change(subnet, ['10.1.0.0/23'], ['10.1.0.0/24'], requestId);
    await ipam.undo(requestId);
    await ipam.undo(requestId);
    expect(await subnetsOf(subnet)).toEqual([subnet]);
    await expect(change(subnet, ['10.1.0.0/23'], ['10.1.0.0/24'], requestId)).rejects.toMatchObject({
      code: 'interrupted',
    });
  });

  it('is done once for a request that is delivered twice', async () => {
    const subnet = await ipam.reserveCidr('10.2.0.0/24');
    const requestId = randomUUID();
    const first = await change(subnet, ['10.2.1.0/24'], [], requestId);
    expect(await change(subnet, ['10.2.1.0/24'], [], requestId)).toEqual(first);
  });

  it('does nothing when one block is in use, not there or taken', async () => {
    const subnet = await ipam.reserveCidr('10.3.0.0/24');
    const kept = await change(subnet, ['10.3.1.0/24'], []);
    await ipam.book(subnet);
    const used = change(subnet, ['10.3.2.0/24'], ['10.3.1.0/24', '10.3.0.0/24']);
    await expect(used).rejects.toMatchObject({
      code: 'precondition-failed',
      message: expect.stringContaining('10.3.0.0/24'),
    });
    await expect(change(subnet, [], ['10.9.0.0/24'])).rejects.toMatchObject({ code: 'not-found' });
    await expect(change(subnet, ['10.3.1.0/25'], [])).rejects.toMatchObject({ code: 'conflict' });
    expect(await subnetsOf(subnet)).toEqual(kept);
  });
});
