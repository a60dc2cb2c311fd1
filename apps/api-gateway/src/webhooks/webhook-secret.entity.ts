import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A signing secret of an endpoint. It has one that is current, and after a rotation the one before for a while. */
@Entity({ schema: 'gateway', name: 'webhook_secret' })
export class WebhookSecretEntity {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  @Column({ name: 'endpoint_id', type: 'uuid' })
  endpointId!: string;

  /** Sealed for the endpoint. */
  @Column({ name: 'sealed', type: 'bytea' })
  sealed!: Buffer;

  @Column({ name: 'master_key_id', type: 'text' })
  masterKeyId!: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: string;

  /** Null for the current one. */
  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true })
  expiresAt!: string | null;
}
