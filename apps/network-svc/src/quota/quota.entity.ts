import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Quotas } from '../config';

/** How many of a resource a project has; the sum over the shards counts. */
@Entity({ schema: 'network', name: 'project_usage' })
export class ProjectUsage {
  @PrimaryColumn({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @PrimaryColumn({ name: 'resource', type: 'text' })
  resource!: keyof Quotas;

  @PrimaryColumn({ name: 'shard', type: 'int' })
  shard!: number;

  @Column({ name: 'used', type: 'int' })
  used!: number;
}
