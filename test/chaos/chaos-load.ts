import { randomUUID } from 'node:crypto';
import { ApiClient, type ApiOperation, type Stack, until, violations } from '@isthmus/testing';

/** A managed network, whose creation crosses network-svc, ipam-svc and the fabric. */
export const MANAGED = { 'start-ip': '10.0.0.2', 'end-ip': '10.0.3.254', netmask: '255.255.252.0' };

/** Submits creates of networks, some with two attachments each on a network made before; answers the operations. */
export async function submitLoad(client: ApiClient, creates: number, attaches: number): Promise<ApiOperation[]> {
  const home = await client.succeed('POST', '/v2/private-network', { name: 'home', ...MANAGED });
  const submissions = [
    ...Array.from({ length: creates }, (_, n) =>
      client.submit('POST', '/v2/private-network', { name: `chaos-${n}`, ...MANAGED }),
    ),
    ...Array.from({ length: attaches }, () =>
      client.submit('PUT', `/v2/private-network/${home.reference.id}:attach`, { instance: { id: randomUUID() } }),
    ),
  ];
  return Promise.all(submissions);
}

/** Every accepted operation ends as success, and the auditor finds nothing. */
export async function expectAllWell(stack: Stack, client: ApiClient, operations: ApiOperation[]): Promise<void> {
  for (const { id } of operations) expect(await client.ended(id)).toMatchObject({ id, state: 'success' });
  expect(await violations(stack.database)).toEqual([]);
}

/** How many operations are in hand of a worker right now. */
export async function inFlight(stack: Stack): Promise<number> {
  const [row] = await stack.database.query<{ count: string }>(
    "SELECT count(*) FROM ops.operation WHERE state = 'pending' AND attempt > 0",
  );
  return Number(row?.count);
}

/** Waits until workers are busy, so that what comes next strikes in the middle. */
export async function busy(stack: Stack, atLeast: number): Promise<void> {
  await until('operations are in flight', async () => (await inFlight(stack)) >= atLeast, { everyMs: 2 });
}
