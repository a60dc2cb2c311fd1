import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AddressReverse } from '@isthmus/model';

/** One address of a subnet or of a zonal pool that is booked, attached, or both. Free ones have no row: see `free_interval`. */
@Entity({ schema: 'ipam', name: 'address' })
export class IpAddress {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  /** Null for an address of a zonal pool. */
  @Column({ name: 'private_network_id', type: 'uuid', nullable: true })
  privateNetworkId!: string | null;

  /** The subnet, or the row of the zonal pool among the subnets. */
  @Column({ name: 'subnet_id', type: 'uuid' })
  subnetId!: string;

  @Column({ name: 'region', type: 'text' })
  region!: string;

  @Column({ name: 'address', type: 'inet' })
  address!: string;

  @Column({ name: 'owner_type', type: 'text', nullable: true })
  ownerType!: string | null;

  @Column({ name: 'owner_id', type: 'text', nullable: true })
  ownerId!: string | null;

  @Column({ name: 'owner_parent_id', type: 'text', nullable: true })
  ownerParentId!: string | null;

  @Column({ name: 'owner_name', type: 'text', nullable: true })
  ownerName!: string | null;

  @Column({ name: 'owner_mac_address', type: 'text', nullable: true })
  ownerMacAddress!: string | null;

  /** Booked by a user: it survives the detaching of its owner. */
  @Column({ name: 'is_reserved', type: 'boolean' })
  isReserved!: boolean;

  @Column({ name: 'tags', type: 'text', array: true })
  tags!: string[];

  @Column({ name: 'reverses', type: 'jsonb' })
  reverses!: AddressReverse[];

  @Column({ name: 'created_by_request', type: 'text' })
  createdByRequest!: string;

  /** The request that attached its present owner. */
  @Column({ name: 'attached_by_request', type: 'text', nullable: true })
  attachedByRequest!: string | null;

  @Column({ name: 'attached_at', type: 'timestamptz', nullable: true })
  attachedAt!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: string;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: string;
}
