import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { SubnetView } from '@isthmus/model';
import { type Booked, BookingModel } from './booking-model';
import { Ipam } from './test-database';

type Kind =
  'book' | 'book-attached' | 'attach' | 'detach' | 'foreign-detach' | 'move' | 'release' | 'release-set' | 'undo';

interface Action {
  kind: Kind;
  pick: number;
  /** Which of two machines. */
  machine: 0 | 1;
}

const MACS = ['02:00:00:00:00:01', '02:00:00:00:00:02'] as const;
const kinds: Kind[] = [
  'book',
  'book-attached',
  'attach',
  'detach',
  'foreign-detach',
  'move',
  'release',
  'release-set',
  'undo',
];
const action: fc.Arbitrary<Action> = fc.record({
  kind: fc.constantFrom(...kinds, 'book' as const, 'book' as const, 'undo' as const),
  pick: fc.nat(1_000),
  machine: fc.constantFrom(0 as const, 1 as const),
});
const codeOf = (error: { code?: string }): string => error.code ?? String(error);
const hostOf = (address: string): number => Number(address.split('.')[3]);

describe('bookings against a model', () => {
  let ipam: Ipam;
  let subnet: SubnetView;
  beforeAll(async () => (ipam = await Ipam.start()));
  afterEach(async () => expect(await ipam.violations()).toEqual([]));
  afterAll(() => ipam.stop());

  const context = (requestId?: string, caller?: string) =>
    ipam.context('address.command', requestId, undefined, caller);
  const listed = () => ipam.addresses.list({ privateNetworkIds: [subnet.privateNetworkId] }, context());

  /** Does one thing and answers null or an error code. */
  function send(requestId: string, { kind, machine }: Action, ids: string[]): Promise<unknown> {
    const [addressId = randomUUID()] = ids;
    const [macAddress, other] = [MACS[machine], MACS[1 - machine] as string];
    const c = context(requestId);
    switch (kind) {
      case 'book':
      case 'book-attached':
        return ipam.bookings.book(
          {
            subnetId: subnet.id,
            family: subnet.family,
            tags: [],
            ...(kind === 'book' ? {} : { owner: { macAddress } }),
          },
          c,
        );
      case 'attach':
        return ipam.ownerships.attach({ addressId, owner: { macAddress } }, c);
      case 'detach':
        return ipam.ownerships.detach({ addressId, owner: { macAddress } }, c);
      case 'foreign-detach':
        return ipam.ownerships.detach({ addressId, owner: { macAddress } }, context(requestId, 'database-svc'));
      case 'move':
        return ipam.ownerships.move({ addressId, from: { macAddress }, to: { macAddress: other } }, c);
      case 'release':
        return ipam.bookings.release({ addressId }, c);
      case 'release-set':
        return ipam.bookings.releaseSet({ addressIds: ids }, c);
      case 'undo':
        return ipam.requests.undo({ undoRequestId: requestId }, context());
    }
  }

  function expected(model: BookingModel, requestId: string, { kind, machine }: Action, all: Booked[]): string | null {
    const [booked] = all as [Booked];
    const [mac, other] = [MACS[machine], MACS[1 - machine] as string];
    switch (kind) {
      case 'attach':
        return model.attach(requestId, booked, mac);
      case 'detach':
        return model.detach(requestId, booked, mac);
      case 'foreign-detach':
        return booked.mac ? 'forbidden' : 'precondition-failed';
      case 'move':
        return model.move(requestId, booked, mac, other);
      case 'undo':
        return model.undo(requestId);
      case 'book':
      case 'book-attached':
      case 'release':
      case 'release-set':
        return model.release(requestId, all);
    }
  }

  async function step(model: BookingModel, requests: string[], next: Action): Promise<void> {
    const requestId = next.kind === 'undo' ? requests[next.pick % requests.length] : randomUUID();
    if (requestId === undefined) return;
    if (next.kind === 'book' || next.kind === 'book-attached') {
      const host = model.freeHost();
      const answer = (await send(requestId, next, []).catch(codeOf)) as { id: string; address: string } | string;
      if (typeof answer === 'string') expect(answer).toBe(host);
      else {
        expect(hostOf(answer.address)).toBe(host);
        model.book(requestId, hostOf(answer.address), answer.id, next.kind === 'book' ? null : MACS[next.machine]);
      }
    } else {
      const all = model.all();
      const chosen = all.length === 0 ? [] : [all[next.pick % all.length] as Booked];
      if (next.kind === 'release-set') chosen.push(...all.filter((_, index) => index % 2 === next.machine));
      if (chosen.length === 0 && next.kind !== 'undo') return;
      const set = [...new Set(chosen)];
      const wanted = expected(model, requestId, next, set);
      const answer = await send(
        requestId,
        next,
        set.map(({ id }) => id),
      ).then(() => null, codeOf);
      expect([next.kind, answer]).toEqual([next.kind, wanted]);
    }
    if (next.kind !== 'undo') requests.push(requestId);
  }

  it('does what the model does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 15, maxLength: 50 }), async (actions) => {
        subnet = await ipam.reserveCidr('10.0.0.0/28', { isJoined: false });
        const model = new BookingModel(2, 14);
        const requests: string[] = [];
        for (const next of actions) {
          await step(model, requests, next);
          const rows = (await listed()).map(({ id, address, owner }) => [
            hostOf(address),
            id,
            owner?.macAddress ?? null,
          ]);
          const wanted = model.all().map(({ host, id, mac }) => [host, id, mac]);
          expect(rows.sort()).toEqual(wanted.sort());
        }
        expect(await ipam.violations()).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  /** Plays without a model: whatever 31 others do, nobody touches what is this caller's own. */
  async function play(script: Action[], most: number): Promise<void> {
    const mine = new BookingModel(0, 0);
    for (const next of script) {
      const requestId = randomUUID();
      const all = mine.all();
      const isBooking = next.kind === 'book' || next.kind === 'book-attached';
      if (isBooking && all.length < most) {
        const answer = (await send(requestId, next, []).catch(codeOf)) as { id: string; address: string } | string;
        if (typeof answer === 'string') expect(answer).toBe('exhausted');
        else
          mine.book(requestId, all.length + Math.random(), answer.id, next.kind === 'book' ? null : MACS[next.machine]);
      } else if (!isBooking && next.kind !== 'undo' && all.length > 0) {
        const chosen = next.kind === 'release-set' ? all : [all[next.pick % all.length] as Booked];
        const wanted = expected(mine, requestId, next, chosen);
        expect(
          await send(
            requestId,
            next,
            chosen.map(({ id }) => id),
          ).then(() => null, codeOf),
        ).toBe(wanted);
      }
    }
    for (const { id, mac } of mine.all()) {
      if (mac) await ipam.ownerships.detach({ addressId: id, owner: { macAddress: mac } }, context());
      await ipam.release(id);
    }
  }

  const scripts = fc.array(fc.array(action, { minLength: 6, maxLength: 14 }), { minLength: 32, maxLength: 32 });

  it.each([
    ['a /28 that is too small for all', '10.0.0.0/28', 0],
    ['a /16 of which 99 % are used', '10.1.0.0/16', 64_880],
    ['an IPv6 /64', 'fd00:1::/64', 0],
  ])('keeps the books of %s with 32 callers', async (_name, cidr, used) => {
    subnet = await ipam.reserveCidr(cidr, { isJoined: false });
    if (used > 0) await ipam.fill(subnet, used);
    const empty = await ipam.subnets.capacity({ subnetId: subnet.id }, context());
    await fc.assert(
      fc.asyncProperty(scripts, async (all) => {
        await Promise.all(all.map((script) => play(script, 12)));
        expect(await ipam.subnets.capacity({ subnetId: subnet.id }, context())).toEqual(empty);
        expect(await ipam.violations()).toEqual([]);
      }),
      { numRuns: 2, endOnFailure: true },
    );
  });
});
