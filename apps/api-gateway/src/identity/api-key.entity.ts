import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { KeyScope } from './caller';

/** A key of a project. The secret is kept as a digest, to find it by, and sealed, to verify signatures with. */
@Entity({ schema: 'gateway', name: 'api_key' })
export class ApiKeyEntity {
  @PrimaryColumn({ name: 'access_key', type: 'text' })
  accessKey!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'secret_sha256', type: 'bytea' })
  secretSha256!: Buffer;

  @Column({ name: 'secret_sealed', type: 'bytea' })
  secretSealed!: Buffer;

  /** Which master key the secret is sealed under. */
  @Column({ name: 'master_key_id', type: 'text' })
  masterKeyId!: string;

  @Column({ name: 'scope', type: 'text' })
  scope!: KeyScope;

  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true })
  expiresAt!: Date | null;

  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true })
  revokedAt!: Date | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
