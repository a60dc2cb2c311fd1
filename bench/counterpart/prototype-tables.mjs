export const QUEUE = 'prototype';
export const DONE = 'prototype-done';

export const TABLES = `
  CREATE SCHEMA IF NOT EXISTS prototype;
  CREATE TABLE IF NOT EXISTS prototype.operation (
    id          uuid PRIMARY KEY,
    name        text NOT NULL,
    state       text NOT NULL DEFAULT 'pending',
    created_at  timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
  );
  CREATE TABLE IF NOT EXISTS prototype.outbox (
    operation_id uuid PRIMARY KEY,
    created_at   timestamptz NOT NULL DEFAULT now()
  );`;

/** BullMQ takes no URL. */
export function connectionTo(redisUrl) {
  const url = new URL(redisUrl);
  return {
    host: url.hostname,
    port: Number(url.port),
    password: decodeURIComponent(url.password) || undefined,
    maxRetriesPerRequest: null,
  };
}
