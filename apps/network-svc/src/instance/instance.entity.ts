import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A machine of somebody else's compute service. */
@Entity({ schema: 'network', name: 'instance' })
export class Instance {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'region', type: 'text' })
  region!: string;

  @Column({ name: 'zone', type: 'text' })
  zone!: string;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  @Column({ name: 'attachment_count', type: 'int' })
  attachmentCount!: number;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: string;
}
