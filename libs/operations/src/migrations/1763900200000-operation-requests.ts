import type { MigrationInterface, QueryRunner } from 'typeorm';
import { outboxInsert } from '@isthmus/outbox';

const COLUMNS = `
  ALTER TABLE ops.operation
    -- False once its saga has passed the point of no return, and from the start where it cannot be cancelled.
    ADD COLUMN is_cancellable      boolean NOT NULL DEFAULT false,
    -- Its worker turns it back as soon as it sees this.
    ADD COLUMN cancel_requested_at timestamptz`;

/**
 * The one write that the gateway may make to an operation. Answers 'requested' (also when it was before), 'missing',
 * 'ended', 'undoing' or 'refused'. Only a worker that holds the operation has wake_at = lease_until, so an operation
 * that backs off is made free and a worker is woken for it; a worker that holds it sees the request by itself.
 */
const REQUEST_CANCEL = `
  CREATE FUNCTION ops.request_cancel(operation_id uuid, of_project uuid) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ops, pg_temp AS $$
  DECLARE
    op ops.operation;
  BEGIN
    SELECT * INTO op FROM ops.operation o WHERE o.id = operation_id AND o.project_id = of_project FOR NO KEY UPDATE;
    IF NOT FOUND THEN RETURN 'missing'; END IF;
    IF op.state <> 'pending' THEN RETURN 'ended'; END IF;
    IF op.cancel_requested_at IS NOT NULL THEN RETURN 'requested'; END IF;
    IF op.direction = 'undo' THEN RETURN 'undoing'; END IF;
    IF NOT op.is_cancellable THEN RETURN 'refused'; END IF;
    UPDATE ops.operation o
       SET cancel_requested_at = now(),
           lease_until = CASE WHEN o.wake_at > o.lease_until THEN least(o.lease_until, now()) ELSE o.lease_until END
     WHERE o.id = op.id;
    IF op.wake_at > op.lease_until THEN
      ${outboxInsert('op.service', 'op.id')};
    END IF;
    RETURN 'requested';
  END $$`;

/** Since when operations are kept: the beginning of the oldest partition. */
const KEPT_SINCE = `
  CREATE FUNCTION ops.kept_since() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT min(to_date(right(c.relname::text, 7), 'YYYY_MM'))::timestamp AT TIME ZONE 'UTC'
      FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'ops.operation'::regclass
  $$`;

/**
 * Drops the oldest month of operations, steps and events, once all of it is older than \`keep\` and nothing of it lives.
 * Answers the month ('YYYY_MM'), or null when there is none. Dropping a partition locks its parents for a moment: who
 * has to wait for that lock makes all writers wait behind it, so it gives up at once (lock_not_available); try later.
 */
const PURGE = `
  CREATE FUNCTION ops.purge_partitions(keep interval) RETURNS text
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = ops, pg_temp SET lock_timeout = '50ms' AS $$
  DECLARE
    month_start timestamptz := ops.kept_since();
    month       text := to_char(month_start AT TIME ZONE 'UTC', 'YYYY_MM');
    has_pending boolean;
  BEGIN
    IF month_start AT TIME ZONE 'UTC' + interval '1 month' > (now() - keep) AT TIME ZONE 'UTC' THEN RETURN NULL; END IF;
    IF NOT pg_try_advisory_xact_lock(hashtext('ops.purge_partitions')) THEN RETURN NULL; END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM ops.%I WHERE state = ''pending'')', 'operation_' || month)
       INTO has_pending;
    IF has_pending THEN RETURN NULL; END IF;
    EXECUTE format('DROP TABLE IF EXISTS ops.%I, ops.%I, ops.%I',
                   'operation_' || month, 'operation_step_' || month, 'event_' || month);
    RETURN month;
  END $$`;

const GRANTS = `
  REVOKE ALL ON FUNCTION ops.request_cancel, ops.purge_partitions FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION ops.request_cancel TO isthmus_gateway;
  GRANT EXECUTE ON FUNCTION ops.purge_partitions TO isthmus_network, isthmus_ipam, isthmus_vpn`;

export class OperationRequests1763900200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [COLUMNS, REQUEST_CANCEL, KEPT_SINCE, PURGE, GRANTS]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION ops.purge_partitions, ops.kept_since, ops.request_cancel');
    await runner.query('ALTER TABLE ops.operation DROP COLUMN is_cancellable, DROP COLUMN cancel_requested_at');
  }
}
