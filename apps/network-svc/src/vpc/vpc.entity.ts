import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A routing domain. */
@Entity({ schema: 'network', name: 'vpc' })
export class Vpc {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'region', type: 'text' })
  region!: string;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  @Column({ name: 'tags', type: 'text', array: true })
  tags!: string[];

  @Column({ name: 'is_default', type: 'boolean' })
  isDefault!: boolean;

  @Column({ name: 'is_routing_enabled', type: 'boolean' })
  isRoutingEnabled!: boolean;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: string;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: string;
}
