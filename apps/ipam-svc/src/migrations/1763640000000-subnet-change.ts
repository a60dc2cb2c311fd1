import type { MigrationInterface, QueryRunner } from 'typeorm';

const REMOVE_SUBNETS = `
  -- Deletes subnets that the caller has locked, and notes them for the undo. Answers the block of one with an address
  -- booked or attached: roll back then. Index scans are forced as in the other functions.
  CREATE FUNCTION ipam.remove_subnets(in_project uuid, in_ids uuid[], in_request text) RETURNS cidr
  LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
  DECLARE
    leaving ipam.subnet;
    gone jsonb := '[]';
  BEGIN
    FOR leaving IN
      SELECT s.* FROM ipam.subnet s WHERE s.id = ANY (in_ids) AND s.project_id = in_project ORDER BY s.id FOR UPDATE
    LOOP
      IF EXISTS (SELECT FROM ipam.address a WHERE a.subnet_id = leaving.id) THEN
        RETURN leaving.cidr;
      END IF;
      DELETE FROM ipam.subnet s WHERE s.id = leaving.id;
      gone := gone || to_jsonb(leaving);
    END LOOP;
    IF gone <> '[]' THEN
      INSERT INTO ipam.undo_note (request_id, project_id, kind, data) VALUES (in_request, in_project, 'subnets', gone);
    END IF;
    RETURN NULL;
  END $$;
  REVOKE ALL ON FUNCTION ipam.remove_subnets FROM PUBLIC;
  GRANT EXECUTE ON FUNCTION ipam.remove_subnets TO isthmus_ipam;`;

export class SubnetChange1763640000000 implements MigrationInterface {
  readonly name = 'SubnetChange1763640000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(REMOVE_SUBNETS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION ipam.remove_subnets');
  }
}
