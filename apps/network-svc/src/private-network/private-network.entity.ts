import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Connectivity, DhcpOptions, PrivateNetworkState } from '@isthmus/model';

/** A network with what its VPC means for it. */
export type RoutedNetwork = PrivateNetwork & {
  /** It is joined and its VPC routes. */
  isRouted: boolean;
  vpcState: 'active' | 'updating';
};

/** A layer-2 network. Its subnets and addresses are ipam-svc's. */
@Entity({ schema: 'network', name: 'private_network' })
export class PrivateNetwork {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'vpc_id', type: 'uuid' })
  vpcId!: string;

  @Column({ name: 'region', type: 'text' })
  region!: string;

  @Column({ name: 'zone', type: 'text', nullable: true })
  zone!: string | null;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  @Column({ name: 'description', type: 'text' })
  description!: string;

  @Column({ name: 'labels', type: 'jsonb' })
  labels!: Record<string, string>;

  @Column({ name: 'tags', type: 'text', array: true })
  tags!: string[];

  @Column({ name: 'state', type: 'text' })
  state!: PrivateNetworkState;

  @Column({ name: 'state_reason', type: 'text', nullable: true })
  stateReason!: string | null;

  @Column({ name: 'vni', type: 'int' })
  vni!: number;

  @Column({ name: 'connectivity', type: 'text' })
  connectivity!: Connectivity;

  @Column({ name: 'is_dhcp_enabled', type: 'boolean' })
  isDhcpEnabled!: boolean;

  @Column({ name: 'dhcp_options', type: 'jsonb' })
  dhcpOptions!: DhcpOptions;

  @Column({ name: 'is_default_route_propagated', type: 'boolean' })
  isDefaultRoutePropagated!: boolean;

  @Column({ name: 'attachment_count', type: 'int' })
  attachmentCount!: number;

  /** Grows with every change that the fabric must know; bigint, so pg answers text. */
  @Column({ name: 'revision', type: 'bigint' })
  revision!: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: string;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: string;
}
