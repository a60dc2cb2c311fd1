import { randomUUID } from 'node:crypto';
import type { ServiceName } from '@isthmus/contracts';
import type { Accepted } from '@isthmus/model';
import { RpcContext } from '@isthmus/rpc';
import type { EndedOperation } from './saga-harness';
import type { TestDatabase } from './test-database';
import { until } from './until';

/** What the tests of a domain service that runs in this process ask of it. */
export interface DomainApp {
  projectId: string;
  /** A request of the project, or of another one. */
  context(projectId?: string): RpcContext;
  ended(operationId: string): Promise<EndedOperation>;
  /** Waits for the operation and throws unless it succeeded. */
  succeed<T extends Accepted<unknown>>(accepting: Promise<T>): Promise<T>;
  /** Every row of every table of every schema, to show that nothing was written. */
  contents(): Promise<Record<string, unknown[]>>;
}

export function domainApp(service: ServiceName, database: TestDatabase): DomainApp {
  const own = randomUUID();
  const ended = (id: string): Promise<EndedOperation> => until(`operation ${id} ends`, () => findEnded(database, id));
  return {
    projectId: own,
    context: (projectId = own) => requestOf(service, projectId),
    ended,
    succeed: async (accepting) => {
      const accepted = await accepting;
      const { state, message } = await ended(accepted.operation.id);
      if (state !== 'success') throw new Error(`the operation ended as ${state}: ${message}`);
      return accepted;
    },
    contents: () => readTables(database),
  };
}

function requestOf(service: ServiceName, projectId: string): RpcContext {
  const ids = { id: 1, requestId: randomUUID(), projectId };
  const request = { ...ids, pattern: 'test', principal: 'test', caller: 'test', replyTo: '', traceparent: null };
  return new RpcContext(service, { ...request, deadline: 0, sentAt: 0, data: null }, new Date(Date.now() + 60_000));
}

async function readTables(database: TestDatabase): Promise<Record<string, unknown[]>> {
  const tables = await database.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
      WHERE schemaname IN ('network', 'ipam', 'vpn', 'ops', 'gateway') ORDER BY 1`,
  );
  const read = tables.map(async ({ name }) => {
    const rows = await database.query(`SELECT t::text FROM ${name} t ORDER BY 1`);
    return [name, rows] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

async function findEnded(database: TestDatabase, id: string): Promise<EndedOperation | undefined> {
  const [operation] = await database.query<EndedOperation>(
    `SELECT state, message, (SELECT json_agg(s ORDER BY position) FROM ops.operation_step s WHERE operation_id = o.id)
            AS steps FROM ops.operation o WHERE id = $1 AND state <> 'pending'`,
    [id],
  );
  return operation;
}
