import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { AddressView, SubnetView } from '@isthmus/model';
import { Ipam, nic } from './test-database';

/** What a caller may do next; `pick` chooses among what there is to choose from. */
type Action =
  | { kind: 'assign'; host: number | null }
  | { kind: 'book'; host: number | null }
  | { kind: 'attach' | 'release-owner' | 'release' | 'undo' | 'early-undo'; pick: number };

/** A /28 with 14 usable addresses, of which .4 to .9 are automatic. */
const CIDR = '10.0.0.0/28';
const RANGE = { start: 4, end: 9 };

const host = fc.option(fc.integer({ min: 0, max: 15 }), { freq: 2, nil: null });
const pick = fc.nat(1_000);
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('assign' as const), host }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('book' as const), host }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'attach' as const,
        'release-owner' as const,
        'release' as const,
        'undo' as const,
        'early-undo' as const,
      ),
      pick,
    }),
  },
);

/** One used address in the model. */
interface Used {
  id: string;
  owner: string | null;
  isReserved: boolean;
  createdBy: string;
  attachedBy: string | null;
}

/** The simplest thing that could be right: a map from host number to who has it. */
class Model {
  readonly used = new Map<number, Used>();

  expectedHost(wanted: number | null): number | 'conflict' | 'exhausted' {
    if (wanted !== null) return wanted === 0 || wanted === 15 || this.used.has(wanted) ? 'conflict' : wanted;
    for (let candidate = RANGE.start; candidate <= RANGE.end; candidate++) {
      if (!this.used.has(candidate)) return candidate;
    }
    return 'exhausted';
  }

  detach(number: number, used: Used): void {
    if (used.isReserved) Object.assign(used, { owner: null, attachedBy: null });
    else this.used.delete(number);
  }
}

const textOf = (number: number | null) => (number === null ? undefined : `10.0.0.${number}`);
const numberOf = (address: string) => Number(address.split('.')[3]);
const codeOf = (error: { code?: string }) => error.code ?? String(error);

describe('allocation against a model', () => {
  let ipam: Ipam;
  let subnet: SubnetView;
  beforeAll(async () => (ipam = await Ipam.start()));
  afterAll(() => ipam.stop());

  const newSubnet = async () => {
    const range = { start: textOf(RANGE.start), end: textOf(RANGE.end) };
    const plan = { kind: 'cidr', cidr: CIDR, range, hasGateway: false } as never;
    const [made] = await ipam.reserve([plan], { isJoined: false });
    subnet = made as SubnetView;
  };
  const listed = () =>
    ipam.addresses.list({ privateNetworkIds: [subnet.privateNetworkId] }, ipam.context('address.list'));

  async function take(model: Model, { kind, host: wanted }: Action & { host: number | null }): Promise<string> {
    const requestId = randomUUID();
    const owner = kind === 'assign' ? nic() : null;
    const expected = model.expectedHost(wanted);
    const answer: AddressView | string | undefined = await (
      owner
        ? ipam.assign(subnet.privateNetworkId, owner, { address: textOf(wanted) }, requestId).then(([first]) => first)
        : ipam.book(subnet, textOf(wanted), requestId)
    ).catch(codeOf);
    if (typeof answer !== 'object') expect(answer).toBe(expected);
    else {
      expect(numberOf(answer.address)).toBe(expected);
      const { id, isReserved } = answer;
      const attachedBy = owner ? requestId : null;
      model.used.set(numberOf(answer.address), {
        id,
        isReserved,
        owner: owner?.id ?? null,
        createdBy: requestId,
        attachedBy,
      });
    }
    return requestId;
  }

  async function attach(model: Model, used: Used): Promise<string> {
    const [owner, requestId] = [nic(), randomUUID()];
    const answer = await ipam
      .assign(subnet.privateNetworkId, owner, { addressIds: [used.id] }, requestId)
      .catch(codeOf);
    expect(typeof answer === 'string' ? answer : 'attached').toBe(used.owner ? 'conflict' : 'attached');
    if (!used.owner) Object.assign(used, { owner: owner.id, attachedBy: requestId });
    return requestId;
  }

  async function undo(model: Model, requestId: string): Promise<void> {
    const booked = [...model.used].find(([, used]) => used.createdBy === requestId && used.isReserved && used.owner);
    const answer = await ipam.undo(requestId).catch(codeOf);
    const isRefused = booked !== undefined && booked[1].attachedBy !== requestId;
    expect(answer).toBe(isRefused ? 'precondition-failed' : null);
    if (isRefused) return;
    for (const [number, used] of [...model.used]) {
      if (used.attachedBy === requestId) model.detach(number, used);
      else if (used.createdBy === requestId) model.used.delete(number);
    }
  }

  async function step(model: Model, requests: string[], next: Action): Promise<void> {
    if (next.kind === 'assign' || next.kind === 'book') {
      requests.push(await take(model, next));
      return;
    }
    if (next.kind === 'undo') {
      const requestId = requests[next.pick % requests.length];
      if (requestId) await undo(model, requestId);
      return;
    }
    if (next.kind === 'early-undo') {
      const requestId = randomUUID();
      await ipam.undo(requestId);
      expect(await ipam.book(subnet, undefined, requestId).catch(codeOf)).toBe('interrupted');
      return;
    }
    const entries = [...model.used];
    const [number, used] = entries[next.pick % entries.length] ?? [];
    if (number === undefined || !used) return;
    if (next.kind === 'attach') requests.push(await attach(model, used));
    else if (next.kind === 'release') {
      expect(await ipam.release(used.id).catch(codeOf)).toBe(used.owner ? 'precondition-failed' : null);
      if (!used.owner) model.used.delete(number);
    } else if (used.owner) {
      await ipam.releaseOwner(used.owner);
      model.detach(number, used);
    }
  }

  it('does what the model does, one caller', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 40 }), async (actions) => {
        await newSubnet();
        const model = new Model();
        const requests: string[] = [];
        for (const next of actions) {
          await step(model, requests, next);
          const rows = (await listed()).map(({ id, address, owner }) => [numberOf(address), id, owner?.id ?? null]);
          const wanted = [...model.used].map(([number, { id, owner }]) => [number, id, owner]);
          expect(rows.sort()).toEqual(wanted.sort());
          expect(await ipam.violations()).toEqual([]);
        }
      }),
      { numRuns: 25 },
    );
  });

  /** Plays a script without a model: whatever others do, it only ever gets answers that make sense. */
  async function play(script: Action[]): Promise<void> {
    const mine: { requestId: string; id: string; owner: string | null }[] = [];
    for (const next of script) {
      if (next.kind === 'assign' || next.kind === 'book') {
        const requestId = randomUUID();
        const owner = next.kind === 'assign' ? nic() : null;
        const address = textOf(next.host);
        const answer = owner
          ? await ipam.assign(subnet.privateNetworkId, owner, { address }, requestId).then(([first]) => first, codeOf)
          : await ipam.book(subnet, address, requestId).catch(codeOf);
        if (typeof answer === 'object') mine.push({ requestId, id: answer.id, owner: owner?.id ?? null });
        else expect(['exhausted', 'conflict']).toContain(answer);
        continue;
      }
      const [held] = mine.splice(next.pick % Math.max(mine.length, 1), 1);
      if (!held) continue;
      if (next.kind === 'undo' || next.kind === 'early-undo')
        await Promise.all([ipam.undo(held.requestId), ipam.undo(held.requestId)]);
      else if (held.owner) await ipam.releaseOwner(held.owner);
      else await ipam.release(held.id);
    }
    for (const held of mine) await ipam.undo(held.requestId);
  }

  it('keeps the books with 32 callers', async () => {
    const scripts = fc.array(fc.array(action, { minLength: 3, maxLength: 8 }), { minLength: 32, maxLength: 32 });
    await fc.assert(
      fc.asyncProperty(scripts, async (all) => {
        await newSubnet();
        await Promise.all(all.map(play));
        expect(await listed()).toEqual([]);
        expect(await ipam.violations()).toEqual([]);
        const context = ipam.context('subnet.capacity');
        expect(await ipam.subnets.capacity({ subnetId: subnet.id }, context)).toMatchObject({ used: '0', free: '14' });
      }),
      { numRuns: 4, endOnFailure: true },
    );
  });
});
