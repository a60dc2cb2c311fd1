import type { CustomerGatewayView } from '@isthmus/model';
import { startVpnApp, type VpnApp } from '../../test/vpn-app';
import { CustomerGatewayService } from './customer-gateway.service';

const LIMIT = 12;

describe('customer gateways', () => {
  let vpn: VpnApp;
  let service: CustomerGatewayService;

  beforeAll(async () => {
    vpn = await startVpnApp({ quotas: { 'vpn-gateway': 1, 'customer-gateway': LIMIT, 'vpn-connection': 1 } });
    service = vpn.app.get(CustomerGatewayService);
  });

  afterAll(() => vpn.stop());

  const create = (name: string, projectId?: string): Promise<CustomerGatewayView> =>
    service.create({ name, idValue: '203.0.113.7', bgpAsn: 65_001 }, vpn.context(projectId));

  it('are made, read, changed and deleted', async () => {
    const made = await create('first');
    expect(made).toMatchObject({ name: 'first', idType: 'ip', bgpAsn: 65_001, createdAt: made.updatedAt });
    expect(await service.get(made.id, vpn.context())).toEqual(made);
    const changed = await service.update({ customerGatewayId: made.id, name: 'renamed' }, vpn.context());
    expect(changed).toEqual({ ...made, name: 'renamed', updatedAt: changed.updatedAt });
    expect(changed.updatedAt > made.updatedAt).toBe(true);
    await service.delete(made.id, vpn.context());
    await expect(service.get(made.id, vpn.context())).rejects.toMatchObject({ code: 'not-found' });
    await expect(service.delete(made.id, vpn.context())).rejects.toMatchObject({ code: 'not-found' });
  });

  it('are made once per request', async () => {
    const context = vpn.context();
    const command = { idValue: '203.0.113.7' };
    const made = await service.create(command, context);
    expect(await service.create(command, context)).toEqual(made);
    await service.delete(made.id, vpn.context());
  });

  it('are of one project', async () => {
    const other = '11111111-2222-4333-8444-555555555555';
    const foreign = await create('foreign', other);
    const refusal = { code: 'not-found', meta: { resource: 'customer-gateway' } };
    await expect(service.get(foreign.id, vpn.context())).rejects.toMatchObject(refusal);
    await expect(service.get('none', vpn.context())).rejects.toMatchObject(refusal);
    await expect(service.update({ customerGatewayId: foreign.id, name: 'mine' }, vpn.context())).rejects.toMatchObject(
      refusal,
    );
    await expect(service.delete(foreign.id, vpn.context())).rejects.toMatchObject(refusal);
    expect((await service.list({ limit: 10 }, vpn.context())).totalCount).toBe(0);
  });

  it('are listed in the order of creation, each once, however many pages there are', async () => {
    const made = await Promise.all(Array.from({ length: 7 }, (_, index) => create(`page-${index}`)));
    const inOrder = made
      .map(({ id, createdAt }) => ({ id, createdAt }))
      .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
    const seen: string[] = [];
    let marker: string | undefined;
    for (;;) {
      const { items, totalCount } = await service.list({ limit: 3, ...(marker && { marker }) }, vpn.context());
      expect(totalCount).toBe(7);
      seen.push(...items.map(({ id }) => id));
      marker = items.at(-1)?.createdAt;
      if (items.length < 3) break;
    }
    expect(seen).toEqual(inOrder.map(({ id }) => id));
    await expect(service.list({ limit: 3, marker: 'x' }, vpn.context())).rejects.toMatchObject({
      code: 'invalid-argument',
      meta: { violations: [{ field: 'marker' }] },
    });
    for (const { id } of made) await service.delete(id, vpn.context());
  });

  it('never pass the quota, and give their places back', async () => {
    const racing = await Promise.allSettled(Array.from({ length: LIMIT + 8 }, (_, index) => create(`race-${index}`)));
    const made = racing.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(made).toHaveLength(LIMIT);
    const refused = racing.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    for (const refusal of refused) expect(refusal).toMatchObject({ code: 'quota-exceeded' });
    expect(new Set(made.map(({ createdAt }) => createdAt)).size).toBe(LIMIT);
    for (const { id } of made) await service.delete(id, vpn.context());
    await create('again');
  });
});
