/** A row as pg returns it, aliased to the shape the caller wants. */
export type Row = Record<string, unknown>;

/**
 * Something that runs SQL: the pool (`Database`) or one transaction (`Tx`).
 *
 * Every statement is prepared once per connection under its own text, so `sql` must be a constant: values go into
 * `values`, never into the text. A text that is built at run time (optional filters) goes through `queryDynamic`.
 * bigint and numeric come back as text, timestamptz as Date, jsonb parsed, inet and cidr as text.
 */
export interface Queryable {
  query<R = Row>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  /** The same without preparing. */
  queryDynamic<R = Row>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  /** Runs a write and answers how many rows it touched. */
  execute(sql: string, values?: readonly unknown[]): Promise<number>;
}

/** One open transaction. */
export interface Tx extends Queryable {
  /** Runs after the commit, in order; never after a rollback. Must not throw. */
  afterCommit(action: () => void): void;
}
