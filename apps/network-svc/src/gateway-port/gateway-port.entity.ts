import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A port by which a gateway of another product hangs on a network. */
@Entity({ schema: 'network', name: 'gateway_port' })
export class GatewayPort {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'gateway_id', type: 'uuid' })
  gatewayId!: string;

  @Column({ name: 'private_network_id', type: 'uuid' })
  privateNetworkId!: string;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  @Column({ name: 'mac_address', type: 'text' })
  macAddress!: string;

  /** `inet[]` there; a list of addresses without a netmask reads as plain text as it is. */
  @Column({ name: 'addresses', type: 'text', array: true })
  addresses!: string[];

  /** Grows over all ports; bigint, so pg answers text. */
  @Column({ name: 'revision', type: 'bigint' })
  revision!: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: string;
}
