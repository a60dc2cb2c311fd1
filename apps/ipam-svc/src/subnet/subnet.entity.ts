import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * A block of addresses of one private network, with the part of it that is handed out automatically. In the row of a
 * zonal pool, which no query by project, network or VPC finds, those three are null and the zone is not.
 */
@Entity({ schema: 'ipam', name: 'subnet' })
export class Subnet {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'private_network_id', type: 'uuid' })
  privateNetworkId!: string;

  @Column({ name: 'vpc_id', type: 'uuid' })
  vpcId!: string;

  @Column({ name: 'region', type: 'text' })
  region!: string;

  @Column({ name: 'is_joined', type: 'boolean' })
  isJoined!: boolean;

  @Column({ name: 'cidr', type: 'cidr' })
  cidr!: string;

  @Column({ name: 'range_start', type: 'inet' })
  rangeStart!: string;

  @Column({ name: 'range_end', type: 'inet' })
  rangeEnd!: string;

  @Column({ name: 'gateway', type: 'inet', nullable: true })
  gateway!: string | null;

  @Column({ name: 'created_by_request', type: 'text' })
  createdByRequest!: string;

  /** The reshape that gave it its present shape. */
  @Column({ name: 'shaped_by_request', type: 'text', nullable: true })
  shapedByRequest!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: string;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: string;
}
