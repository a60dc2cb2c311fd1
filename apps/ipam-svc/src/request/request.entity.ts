import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a command destroyed, kept for its undo. */
@Entity({ schema: 'ipam', name: 'undo_note' })
export class UndoNote {
  @PrimaryColumn({ name: 'request_id', type: 'text' })
  requestId!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  /** Rows of which table `data` holds as they were, or the former `shape` of one subnet. */
  @Column({ name: 'kind', type: 'text' })
  kind!: 'subnets' | 'shape' | 'addresses' | 'placement';

  @Column({ name: 'data', type: 'jsonb' })
  data!: unknown[];

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: string;
}
