import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { KeyScope } from './caller';

/**
 * A key of a project. Its secret is kept as a digest, to find it by, and sealed, to verify signatures with. So is the
 * secret before, as long as it works along.
 */
@Entity({ schema: 'gateway', name: 'api_key' })
export class ApiKeyEntity {
  @PrimaryColumn({ name: 'access_key', type: 'text' })
  accessKey!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  @Column({ name: 'secret_sha256', type: 'bytea' })
  secretSha256!: Buffer;

  @Column({ name: 'secret_sealed', type: 'bytea' })
  secretSealed!: Buffer;

  /** Which master key the secret is sealed under. */
  @Column({ name: 'master_key_id', type: 'text' })
  masterKeyId!: string;

  @Column({ name: 'former_sha256', type: 'bytea', nullable: true })
  formerSha256!: Buffer | null;

  @Column({ name: 'former_sealed', type: 'bytea', nullable: true })
  formerSealed!: Buffer | null;

  @Column({ name: 'former_master_key_id', type: 'text', nullable: true })
  formerMasterKeyId!: string | null;

  @Column({ name: 'former_until', type: 'timestamptz', nullable: true })
  formerUntil!: string | null;

  @Column({ name: 'scope', type: 'text' })
  scope!: KeyScope;

  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true })
  expiresAt!: string | null;

  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true })
  revokedAt!: string | null;

  @Column({ name: 'rotated_at', type: 'timestamptz', nullable: true })
  rotatedAt!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: string;
}
