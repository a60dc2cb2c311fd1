import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The gateway tells how long events wait for their positions. */
export class EventQueueLag1763900600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('GRANT SELECT ON ops.event_queue TO isthmus_gateway');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('REVOKE SELECT ON ops.event_queue FROM isthmus_gateway');
  }
}
