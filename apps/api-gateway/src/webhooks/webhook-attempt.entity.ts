import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One request to an endpoint, and what came back. */
@Entity({ schema: 'gateway', name: 'webhook_attempt' })
export class WebhookAttemptEntity {
  @PrimaryColumn({ name: 'delivery_id', type: 'uuid' })
  deliveryId!: string;

  /** Counts from 1. An attempt whose process died has left none. */
  @PrimaryColumn({ name: 'number', type: 'int' })
  number!: number;

  @Column({ name: 'started_at', type: 'timestamptz' })
  startedAt!: string;

  @Column({ name: 'duration_ms', type: 'int' })
  durationMs!: number;

  @Column({ name: 'status', type: 'int', nullable: true })
  status!: number | null;

  @Column({ name: 'error', type: 'text', nullable: true })
  error!: string | null;

  @Column({ name: 'response_excerpt', type: 'text', nullable: true })
  responseExcerpt!: string | null;
}
