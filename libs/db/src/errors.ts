/** The part of a PostgreSQL error that decisions are made on. Codes: postgresql.org/docs/current/errcodes-appendix.html */
interface PostgresError extends Error {
  code: string;
  constraint?: string;
}

function isPostgresError(error: unknown): error is PostgresError {
  return error instanceof Error && typeof (error as Partial<PostgresError>).code === 'string';
}

/** The constraint that refused a write (unique, exclusion, check or foreign key), or undefined for any other error. */
export function violatedConstraint(error: unknown): string | undefined {
  if (!isPostgresError(error)) return undefined;
  return ['23505', '23P01', '23514', '23503'].includes(error.code) ? error.constraint : undefined;
}

/** Did the transaction lose a race that a second try wins (serialization failure, deadlock, lock timeout)? */
export function isContention(error: unknown): boolean {
  return isPostgresError(error) && ['40001', '40P01', '55P03'].includes(error.code);
}

/** Is the database away (connection lost or refused, shutting down, too many connections)? */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as Partial<PostgresError>).code ?? '';
  if (/^(08...|57P0[123]|53300)$/.test(code)) return true;
  return (
    /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT)$/.test(code) ||
    /Connection terminated|not queryable|timeout exceeded/.test(error.message)
  );
}
