import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RouteState } from '@isthmus/model';

/** A route that a user made. Those of subnets are worked out from the subnets. */
@Entity({ schema: 'network', name: 'route' })
export class Route {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'vpc_id', type: 'uuid' })
  vpcId!: string;

  @Column({ name: 'region', type: 'text' })
  region!: string;

  @Column({ name: 'description', type: 'text' })
  description!: string;

  @Column({ name: 'tags', type: 'text', array: true })
  tags!: string[];

  @Column({ name: 'destination', type: 'cidr' })
  destination!: string;

  @Column({ name: 'next_hop_attachment_id', type: 'uuid', nullable: true })
  nextHopAttachmentId!: string | null;

  @Column({ name: 'next_hop_private_network_id', type: 'uuid', nullable: true })
  nextHopPrivateNetworkId!: string | null;

  @Column({ name: 'state', type: 'text' })
  state!: RouteState;

  @Column({ name: 'state_reason', type: 'text', nullable: true })
  stateReason!: string | null;

  @Column({ name: 'revision', type: 'bigint' })
  revision!: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: string;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: string;
}
