import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { PeeringIntent, PeeringState } from '@isthmus/model';
import type { LinkPhase } from './peering.state';

/** One side of a link between two networks. */
@Entity({ schema: 'network', name: 'peering' })
export class Peering {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  @Column({ name: 'labels', type: 'jsonb' })
  labels!: { key: string; value: string }[];

  @Column({ name: 'intent', type: 'text' })
  intent!: PeeringIntent;

  /** Only ever written by the judge, from facts. */
  @Column({ name: 'state', type: 'text' })
  state!: PeeringState;

  @Column({ name: 'state_reason', type: 'text', nullable: true })
  stateReason!: string | null;

  @Column({ name: 'local_network_id', type: 'uuid' })
  localNetworkId!: string;

  @Column({ name: 'peer_network_id', type: 'uuid' })
  peerNetworkId!: string;

  /** Grows with every change that the fabric must know; bigint, so pg answers text. */
  @Column({ name: 'revision', type: 'bigint' })
  revision!: string;

  /** Its create has ended well; until then it counts for nobody. */
  @Column({ name: 'is_confirmed', type: 'boolean' })
  isConfirmed!: boolean;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: string;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: string;
}

/** Both sides together, for as long as the fabric may have routes of them. */
@Entity({ schema: 'network', name: 'peering_link' })
export class PeeringLink {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  @Column({ name: 'low_id', type: 'uuid' })
  lowId!: string;

  @Column({ name: 'high_id', type: 'uuid' })
  highId!: string;

  @Column({ name: 'phase', type: 'text' })
  phase!: LinkPhase;

  @Column({ name: 'failure', type: 'text', nullable: true })
  failure!: string | null;

  @Column({ name: 'retry_at', type: 'timestamptz', nullable: true })
  retryAt!: string | null;
}
