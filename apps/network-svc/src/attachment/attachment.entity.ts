import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AttachmentState } from '@isthmus/model';

/** A NIC: one instance on one private network. */
@Entity({ schema: 'network', name: 'attachment' })
export class Attachment {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'private_network_id', type: 'uuid' })
  privateNetworkId!: string;

  @Column({ name: 'instance_id', type: 'uuid' })
  instanceId!: string;

  @Column({ name: 'region', type: 'text' })
  region!: string;

  @Column({ name: 'zone', type: 'text' })
  zone!: string;

  @Column({ name: 'mac_address', type: 'text' })
  macAddress!: string;

  @Column({ name: 'state', type: 'text' })
  state!: AttachmentState;

  @Column({ name: 'state_reason', type: 'text', nullable: true })
  stateReason!: string | null;

  @Column({ name: 'tags', type: 'text', array: true })
  tags!: string[];

  @Column({ name: 'revision', type: 'bigint' })
  revision!: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: string;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: string;
}
