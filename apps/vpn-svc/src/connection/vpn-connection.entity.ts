import { Column, Entity, PrimaryColumn } from 'typeorm';
import type {
  IkePolicy,
  IpsecPolicy,
  Tag,
  VpnConnectionState,
  VpnHealth,
  VpnPolicyRule,
  VpnStyle,
} from '@isthmus/model';

/** A tunnel between an endpoint and a customer gateway. Its sealed key is not among what is read of it. */
@Entity({ schema: 'vpn', name: 'connection' })
export class VpnConnection {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'gateway_id', type: 'uuid' })
  gatewayId!: string;

  @Column({ name: 'endpoint_id', type: 'uuid' })
  endpointId!: string;

  @Column({ name: 'customer_gateway_id', type: 'uuid' })
  customerGatewayId!: string;

  @Column({ name: 'name', type: 'text' })
  name!: string;

  @Column({ name: 'style', type: 'text' })
  style!: VpnStyle;

  @Column({ name: 'peer_subnets', type: 'cidr', array: true })
  peerSubnets!: string[];

  @Column({ name: 'tunnel_network', type: 'cidr', nullable: true })
  tunnelNetwork!: string | null;

  @Column({ name: 'tunnel_local_address', type: 'inet', nullable: true })
  tunnelLocalAddress!: string | null;

  @Column({ name: 'tunnel_peer_address', type: 'inet', nullable: true })
  tunnelPeerAddress!: string | null;

  @Column({ name: 'is_nqa_enabled', type: 'boolean' })
  isNqaEnabled!: boolean;

  @Column({ name: 'is_hub_enabled', type: 'boolean' })
  isHubEnabled!: boolean;

  @Column({ name: 'policy_rules', type: 'jsonb' })
  policyRules!: VpnPolicyRule[];

  @Column({ name: 'ike_policy', type: 'jsonb' })
  ikePolicy!: IkePolicy;

  @Column({ name: 'ipsec_policy', type: 'jsonb' })
  ipsecPolicy!: IpsecPolicy;

  @Column({ name: 'ha_role', type: 'text' })
  haRole!: 'master' | 'slave';

  @Column({ name: 'tags', type: 'jsonb' })
  tags!: Tag[];

  @Column({ name: 'state', type: 'text' })
  state!: VpnConnectionState;

  @Column({ name: 'state_reason', type: 'text', nullable: true })
  stateReason!: string | null;

  @Column({ name: 'tunnel', type: 'text' })
  tunnel!: VpnHealth;

  /** Grows with every change that the driver must know; bigint, so pg answers text. */
  @Column({ name: 'revision', type: 'bigint' })
  revision!: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: string;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: string;
}
