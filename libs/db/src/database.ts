import type { Socket } from 'node:net';
import { Injectable, OnApplicationShutdown } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import { ProblemError } from '@isthmus/problem';
import { isContention, isDatabaseAway } from './errors';
import { measurePool } from './pool.metrics';
import type { Queryable, Row, Tx } from './queryable';
import { statementName } from './statements';

const CONTENTION_TRIES = 5;

export interface TransactionOptions {
  /** False where losing the last moments' commits in a crash of PostgreSQL does no harm: the commit waits for no disk. */
  isDurable?: boolean;
}

type Runner = Pick<Pool | PoolClient, 'query'>;

function queryableOn(runner: Runner): Queryable {
  return {
    query: async <R>(sql: string, values: readonly unknown[] = []) =>
      (await runner.query({ name: statementName(sql), text: sql, values: [...values] })).rows as R[],
    queryDynamic: async <R>(sql: string, values: readonly unknown[] = []) =>
      (await runner.query(sql, [...values])).rows as R[],
    execute: async (sql: string, values: readonly unknown[] = []) =>
      (await runner.query({ name: statementName(sql), text: sql, values: [...values] })).rowCount ?? 0,
  };
}

/**
 * The service's database: prepared SQL over the connection pool that TypeORM holds.
 *
 * TypeORM owns the connections, the entities and the migrations; its entity loader is kept off the request path
 * because it halves the rate of a hot read. Errors: `unavailable` (retryable) when PostgreSQL is away, else pg's own.
 */
@Injectable()
export class Database implements Queryable, OnApplicationShutdown {
  private readonly pool: Pool;
  private readonly direct: Queryable;
  private readonly stopMeasuring: () => void;

  constructor(private readonly dataSource: DataSource) {
    this.pool = (dataSource.driver as unknown as { master: Pool }).master;
    outliveBrokenConnections(this.pool);
    this.direct = queryableOn(this.pool);
    const { schema = 'public' } = dataSource.options as { schema?: string };
    this.stopMeasuring = measurePool(this.pool, schema);
  }

  query<R = Row>(sql: string, values?: readonly unknown[]): Promise<R[]> {
    return translateOutage(() => this.direct.query<R>(sql, values));
  }

  queryDynamic<R = Row>(sql: string, values?: readonly unknown[]): Promise<R[]> {
    return translateOutage(() => this.direct.queryDynamic<R>(sql, values));
  }

  execute(sql: string, values?: readonly unknown[]): Promise<number> {
    return translateOutage(() => this.direct.execute(sql, values));
  }

  /**
   * Runs `work` in one READ COMMITTED transaction: commits its result, rolls back when it throws. A transaction that
   * loses a race (deadlock, serialization failure) is run again, up to 5 times, so `work` must not touch anything
   * outside the transaction except through `tx.afterCommit`.
   */
  async transaction<T>(work: (tx: Tx) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await translateOutage(() => this.runTransaction(work, options));
      } catch (error) {
        if (!isContention(error) || attempt === CONTENTION_TRIES) throw error;
      }
    }
  }

  private async runTransaction<T>(work: (tx: Tx) => Promise<T>, { isDurable = true }: TransactionOptions): Promise<T> {
    const client = await this.pool.connect();
    const afterCommit: (() => void)[] = [];
    let broken: Error | undefined;
    try {
      const tx: Tx = { ...queryableOn(client), afterCommit: (action) => afterCommit.push(action) };
      const begin = isDurable ? 'BEGIN' : 'BEGIN; SET LOCAL synchronous_commit = off';
      const result = await beginWith(client, begin, () => work(tx));
      await client.query('COMMIT');
      for (const action of afterCommit) action();
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((lost: Error) => (broken = lost));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** Last of all hooks: whoever writes has been drained in `beforeApplicationShutdown`. */
  async onApplicationShutdown(): Promise<void> {
    this.stopMeasuring();
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}

/**
 * A connection that breaks while it is lent out says so twice: its query rejects, which is how we learn of it, and it emits
 * an error, perhaps after it was given back as broken, which would end the process if nobody listened. So somebody listens
 * for as long as it lives.
 */
function outliveBrokenConnections(pool: Pool): void {
  const heard = new WeakSet<PoolClient>();
  pool.on('acquire', (client) => {
    if (heard.has(client)) return;
    heard.add(client);
    client.on('error', () => undefined);
  });
}

/**
 * Sends BEGIN and the first statement of `work` in one write: a round trip less in every transaction. Nothing can run
 * outside the transaction, because BEGIN only fails with the connection.
 */
async function beginWith<T>(client: PoolClient, begin: string, work: () => Promise<T>): Promise<T> {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  stream.cork();
  const begun = client.query(begin);
  const working = (async () => work())();
  stream.uncork();
  const [result] = await Promise.all([working, begun]);
  return result;
}

async function translateOutage<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!isDatabaseAway(error)) throw error;
    throw new ProblemError('unavailable', 'The database does not answer; try again shortly.', {}, { cause: error });
  }
}
