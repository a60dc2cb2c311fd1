import { Column, Entity, PrimaryColumn } from 'typeorm';
import type {
  AddressFamily,
  Tag,
  VpnAttachmentType,
  VpnFlavor,
  VpnGatewayState,
  VpnHaMode,
  VpnNetworkType,
  VpnPolicyTemplate,
} from '@isthmus/model';

/** A VPN gateway without its endpoints. */
@Entity({ schema: 'vpn', name: 'gateway' })
export class VpnGateway {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'region', type: 'text' })
  region!: string;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  @Column({ name: 'network_type', type: 'text' })
  networkType!: VpnNetworkType;

  @Column({ name: 'attachment_type', type: 'text' })
  attachmentType!: VpnAttachmentType;

  @Column({ name: 'ip_version', type: 'int' })
  ipVersion!: AddressFamily;

  @Column({ name: 'er_id', type: 'uuid', nullable: true })
  erId!: string | null;

  @Column({ name: 'vpc_id', type: 'uuid', nullable: true })
  vpcId!: string | null;

  @Column({ name: 'access_vpc_id', type: 'uuid' })
  accessVpcId!: string;

  @Column({ name: 'access_subnet_id', type: 'uuid' })
  accessSubnetId!: string;

  @Column({ name: 'access_network_id', type: 'uuid' })
  accessNetworkId!: string;

  @Column({ name: 'connect_subnet_id', type: 'uuid', nullable: true })
  connectSubnetId!: string | null;

  @Column({ name: 'connect_network_id', type: 'uuid', nullable: true })
  connectNetworkId!: string | null;

  @Column({ name: 'local_subnets', type: 'cidr', array: true })
  localSubnets!: string[];

  /** bigint, so pg answers text. */
  @Column({ name: 'bgp_asn', type: 'bigint' })
  bgpAsn!: string;

  @Column({ name: 'flavor', type: 'text' })
  flavor!: VpnFlavor;

  @Column({ name: 'ha_mode', type: 'text' })
  haMode!: VpnHaMode;

  /** To choose from. */
  @Column({ name: 'zones', type: 'text', array: true })
  zones!: string[];

  @Column({ name: 'are_zones_given', type: 'boolean' })
  areZonesGiven!: boolean;

  @Column({ name: 'enterprise_project_id', type: 'text' })
  enterpriseProjectId!: string;

  @Column({ name: 'policy_template', type: 'jsonb', nullable: true })
  policyTemplate!: VpnPolicyTemplate | null;

  @Column({ name: 'tags', type: 'jsonb' })
  tags!: Tag[];

  @Column({ name: 'connection_limit', type: 'int' })
  connectionLimit!: number;

  @Column({ name: 'connection_count', type: 'int' })
  connectionCount!: number;

  @Column({ name: 'state', type: 'text' })
  state!: VpnGatewayState;

  @Column({ name: 'state_reason', type: 'text', nullable: true })
  stateReason!: string | null;

  /** Grows with every change that the driver must know; bigint, so pg answers text. */
  @Column({ name: 'revision', type: 'bigint' })
  revision!: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: string;

  @Column({ name: 'applied_at', type: 'timestamptz', nullable: true })
  appliedAt!: string | null;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: string;
}
