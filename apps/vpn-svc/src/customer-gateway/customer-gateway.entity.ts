import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Tag } from '@isthmus/model';

/** The device at the other end. */
@Entity({ schema: 'vpn', name: 'customer_gateway' })
export class CustomerGateway {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  @Column({ name: 'id_type', type: 'text' })
  idType!: 'ip' | 'fqdn';

  @Column({ name: 'id_value', type: 'text' })
  idValue!: string;

  /** bigint, so pg answers text. */
  @Column({ name: 'bgp_asn', type: 'bigint', nullable: true })
  bgpAsn!: string | null;

  @Column({ name: 'ca_certificate', type: 'text', nullable: true })
  caCertificate!: string | null;

  @Column({ name: 'tags', type: 'jsonb' })
  tags!: Tag[];

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: string;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: string;
}
