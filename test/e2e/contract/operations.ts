import { randomBytes, randomUUID } from 'node:crypto';
import { ApiClient, type ApiOperation, type Stack, until } from '@isthmus/testing';

export const NETWORKS = '/v2/private-network';
/** A network whose creation needs ipam-svc, network-svc and the fabric. */
export const MANAGED = { 'start-ip': '10.0.0.2', 'end-ip': '10.0.3.254', netmask: '255.255.252.0' };

/** An operation as the native API tells it. */
export interface Operation {
  id: string;
  kind: string;
  state: string;
  reason: string | null;
  message: string | null;
  code: string | null;
  resource: { type: string; id: string };
  reference: { type: string; id: string };
  steps: { name: string; state: string; attempt: number; startedAt: string | null; endedAt: string | null }[];
  progressPercent: number;
  direction: string;
  isStalled: boolean;
  isCancellable: boolean;
  createdAt: string;
  updatedAt: string;
  finishedAt: string | null;
  deadline: string;
}

export async function detailsOf(client: ApiClient, id: string): Promise<Operation> {
  const { status, body } = await client.send<Operation>('GET', `/v1/operations/${id}`);
  if (status !== 200) throw new Error(`GET /v1/operations/${id}: ${status}`);
  return body;
}

/** Stops ipam-svc: what needs addresses is accepted and stays pending until the answered function is called. */
export async function holdWork(stack: Stack): Promise<() => Promise<void>> {
  const services = stack.processes('ipam-svc');
  for (const service of services) await service.signal('SIGSTOP');
  return async () => {
    for (const service of services) await service.signal('SIGCONT');
  };
}

/** Submits the creation of a managed network that stays pending. The work must be held. */
export async function submitHeld(client: ApiClient, name: string): Promise<ApiOperation> {
  const operation = await client.submit('POST', NETWORKS, { name, ...MANAGED });
  if (operation.state !== 'pending') throw new Error(`${name} is ${operation.state}, but the work is held`);
  return operation;
}

/** A key of another project, on a gateway of its own. */
export async function strangerTo(stack: Stack): Promise<ApiClient> {
  const letters = [...randomBytes(17)].map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[byte % 26]);
  const secretKey = randomUUID();
  const gateway = await stack.start('api-gateway', {
    BOOTSTRAP_PROJECT_ID: randomUUID(),
    BOOTSTRAP_ACCESS_KEY: `SCW${letters.join('')}`,
    BOOTSTRAP_SECRET_KEY: secretKey,
  });
  return new ApiClient(gateway.ready.url as string, secretKey);
}

export async function countOperations(stack: Stack): Promise<number> {
  const [row] = await stack.database.query<{ count: number }>('SELECT count(*)::int FROM ops.operation');
  return row?.count as number;
}

/** Waits until the operation is as `isEnough` says and answers it. */
export function untilOperation(
  client: ApiClient,
  id: string,
  what: string,
  isEnough: (operation: Operation) => boolean,
): Promise<Operation> {
  const look = async (): Promise<Operation | undefined> => {
    const operation = await detailsOf(client, id);
    return isEnough(operation) ? operation : undefined;
  };
  return until(`operation ${id} ${what}`, look, { everyMs: 50, timeoutMs: 25_000 });
}
