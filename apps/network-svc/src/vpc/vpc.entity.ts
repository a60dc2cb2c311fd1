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

  @Column({ name: 'is_custom_routes_propagation_enabled', type: 'boolean' })
  isCustomRoutesPropagationEnabled!: boolean;

  @Column({ name: 'state', type: 'text' })
  state!: 'active' | 'updating';

  /** Why the last change did not happen. */
  @Column({ name: 'state_reason', type: 'text', nullable: true })
  stateReason!: string | null;

  /** Grows with every change that the fabric must know; bigint, so pg answers text. */
  @Column({ name: 'revision', type: 'bigint' })
  revision!: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: string;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: string;
}
