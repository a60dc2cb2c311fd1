import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A tenant. */
@Entity({ schema: 'gateway', name: 'project' })
export class ProjectEntity {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  @Column({ name: 'organization_id', type: 'uuid' })
  organizationId!: string;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  @Column({ name: 'revision', type: 'int' })
  revision!: number;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: string;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: string;
}
