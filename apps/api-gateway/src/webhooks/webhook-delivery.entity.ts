import { Column, Entity, PrimaryColumn } from 'typeorm';

export const DELIVERY_STATES = ['pending', 'succeeded', 'exhausted', 'discarded'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One event on its way to one endpoint. */
@Entity({ schema: 'gateway', name: 'webhook_delivery' })
export class WebhookDeliveryEntity {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  @Column({ name: 'endpoint_id', type: 'uuid' })
  endpointId!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'event_id', type: 'uuid' })
  eventId!: string;

  @Column({ name: 'event_type', type: 'text' })
  eventType!: string;

  /** Of the event in the feed; as text, like every bigint. */
  @Column({ name: 'position', type: 'bigint' })
  position!: string;

  @Column({ name: 'state', type: 'text' })
  state!: DeliveryState;

  @Column({ name: 'attempt', type: 'int' })
  attempt!: number;

  @Column({ name: 'schedule_start', type: 'int' })
  scheduleStart!: number;

  @Column({ name: 'next_attempt_at', type: 'timestamptz' })
  nextAttemptAt!: string;

  @Column({ name: 'lease_until', type: 'timestamptz', nullable: true })
  leaseUntil!: string | null;

  /** The request that caused the event. */
  @Column({ name: 'request_id', type: 'text', nullable: true })
  requestId!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: string;

  @Column({ name: 'finished_at', type: 'timestamptz', nullable: true })
  finishedAt!: string | null;
}
