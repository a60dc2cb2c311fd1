import { randomUUID } from 'node:crypto';
import { ApiClient, startStack, type Stack } from '@isthmus/testing';
import { detailsOf, MANAGED, NETWORKS, type Operation } from './operations';

const REASONS = [
  ...['incorrect', 'unknown', 'unavailable', 'forbidden', 'busy', 'fault', 'partial', 'not-found', 'interrupted'],
  ...['unsupported', 'conflict'],
];
/** A stack frame, a path of ours, or the name of something inside. */
const INSIDE = /\n|\bat \S+ ?\(|\.[jt]s\b|node_modules|\/work|SELECT|ECONN|undefined|\[object/;

const fault = (networkName: string, code: string, message: string) => ({
  call: 'ensureNetwork',
  networkName,
  code,
  message,
});
const FAULTS = [
  fault('broken', 'fault', 'The switch does not take it.'),
  fault('full', 'exhausted', 'No number is left for the network.'),
  fault('away', 'unavailable', 'The fabric is away.'),
];

describe('06: a failure tells one of eleven reasons and a message for a person', () => {
  let stack: Stack;
  let client: ApiClient;

  beforeAll(async () => {
    stack = await startStack({ env: { FABRIC_FAULTS: JSON.stringify(FAULTS), OPERATION_DEADLINE_MS: '3000' } });
    client = ApiClient.of(stack);
  }, 60_000);
  afterAll(() => stack.stop());

  const endOf = async (name: string): Promise<Operation> => {
    const { id } = await client.submit('POST', NETWORKS, { name, ...MANAGED });
    const plain = await client.ended(id);
    const details = await detailsOf(client, id);
    expect([plain.reason ?? null, plain.message ?? null]).toEqual([details.reason, details.message]);
    return details;
  };
  const expectTold = ({ reason, message, steps }: Operation): void => {
    expect(REASONS).toContain(reason);
    expect(message).toMatch(/^[A-Z].*\.$/);
    for (const text of [message, ...steps.map((step) => (step as { error?: string | null }).error ?? '')]) {
      expect(text).not.toMatch(INSIDE);
    }
  };

  it.each([
    ['broken', { state: 'failure', reason: 'fault', message: 'The switch does not take it.' }],
    ['full', { state: 'failure', reason: 'conflict', message: 'No number is left for the network.' }],
    // Tried again until the deadline passes.
    ['away', { state: 'timeout', reason: 'unavailable' }],
  ])('%s', async (name, expected) => {
    const operation = await endOf(name);
    expect(operation).toMatchObject(expected);
    expectTold(operation);
  });

  it('an error that nobody foresaw is told as a fault, and nothing of it', async () => {
    const { reference } = await client.succeed('POST', NETWORKS, { name: 'sound', ...MANAGED });
    // Breaks what network-svc takes for granted, in the middle of its work.
    await stack.database.query('ALTER TABLE ipam.address RENAME COLUMN owner_id TO gone');
    const path = `${NETWORKS}/${reference.id}:attach`;
    const { id } = await client.submit('PUT', path, { instance: { id: randomUUID() } });
    await client.ended(id);
    await stack.database.query('ALTER TABLE ipam.address RENAME COLUMN gone TO owner_id');
    const operation = await detailsOf(client, id);
    expect(operation).toMatchObject({ state: 'failure', reason: 'fault' });
    expectTold(operation);
    expect(JSON.stringify(operation)).not.toMatch(/owner_id|column|42703/);
  });

  it('and a success tells neither', async () => {
    const operation = await endOf('fine');
    expect(operation).toMatchObject({ state: 'success', reason: null, message: null });
    const { body } = await client.send('GET', `/v2/operation/${operation.id}`);
    expect(Object.keys(body).sort()).toEqual(['id', 'reference', 'state']);
  });
});
