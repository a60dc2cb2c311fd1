import { Column, Entity, PrimaryColumn } from 'typeorm';

export const ENDPOINT_STATES = ['enabled', 'disabled'] as const;
export type EndpointState = (typeof ENDPOINT_STATES)[number];

/** Where a project wants to be told of its events, and how the place has answered lately. */
@Entity({ schema: 'gateway', name: 'webhook_endpoint' })
export class WebhookEndpointEntity {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'url', type: 'text' })
  url!: string;

  @Column({ name: 'description', type: 'text' })
  description!: string;

  /** Exact types, `operation.*` for a family, `*` for all. */
  @Column({ name: 'event_types', type: 'text', array: true })
  eventTypes!: string[];

  @Column({ name: 'state', type: 'text' })
  state!: EndpointState;

  @Column({ name: 'disabled_reason', type: 'text', nullable: true })
  disabledReason!: string | null;

  @Column({ name: 'consecutive_failures', type: 'int' })
  consecutiveFailures!: number;

  /** Since the first failure after the last success. */
  @Column({ name: 'failing_since', type: 'timestamptz', nullable: true })
  failingSince!: string | null;

  /** Nothing is sent before this moment. */
  @Column({ name: 'paused_until', type: 'timestamptz', nullable: true })
  pausedUntil!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: string;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: string;

  @Column({ name: 'revision', type: 'int' })
  revision!: number;
}
