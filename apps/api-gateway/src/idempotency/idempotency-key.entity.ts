import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Being answered now or given up by whoever did; refused without effect; answered. */
export type KeyState = 'admitting' | 'refused' | 'done';

/** A mutation that its caller gave a key, with its answer once there is one. */
@Entity({ schema: 'gateway', name: 'idempotency_key' })
export class IdempotencyKeyEntity {
  @PrimaryColumn({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @PrimaryColumn({ name: 'principal', type: 'text' })
  principal!: string;

  @PrimaryColumn({ name: 'route', type: 'text' })
  route!: string;

  @PrimaryColumn({ name: 'key', type: 'text' })
  key!: string;

  @Column({ name: 'fingerprint', type: 'bytea' })
  fingerprint!: Buffer;

  @Column({ name: 'request_id', type: 'uuid' })
  requestId!: string;

  @Column({ name: 'state', type: 'text' })
  state!: KeyState;

  @Column({ name: 'attempt', type: 'int' })
  attempt!: number;

  @Column({ name: 'lease_until', type: 'timestamptz' })
  leaseUntil!: Date;

  /** What the gateway's own part of the work answered. */
  @Column({ name: 'work_sealed', type: 'bytea', nullable: true })
  workSealed!: Buffer | null;

  @Column({ name: 'status', type: 'int', nullable: true })
  status!: number | null;

  @Column({ name: 'answer_sealed', type: 'bytea', nullable: true })
  answerSealed!: Buffer | null;

  /** Which master key the answer is sealed under. */
  @Column({ name: 'master_key_id', type: 'text', nullable: true })
  masterKeyId!: string | null;

  @Column({ name: 'admitted_at', type: 'timestamptz' })
  admittedAt!: Date;

  @Column({ name: 'finished_at', type: 'timestamptz', nullable: true })
  finishedAt!: Date | null;
}
