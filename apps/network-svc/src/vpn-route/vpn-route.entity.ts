import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A route of a VPC that a VPN connection has made. */
@Entity({ schema: 'network', name: 'vpn_route' })
export class VpnRoute {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  @Column({ name: 'project_id', type: 'uuid' })
  projectId!: string;

  @Column({ name: 'connection_id', type: 'uuid' })
  connectionId!: string;

  @Column({ name: 'gateway_id', type: 'uuid' })
  gatewayId!: string;

  @Column({ name: 'vpc_id', type: 'uuid' })
  vpcId!: string;

  @Column({ name: 'destination', type: 'cidr' })
  destination!: string;

  /** A network of the gateway's VPC, also where the route lies in a VPC that is peered with it. */
  @Column({ name: 'next_hop_private_network_id', type: 'uuid' })
  nextHopPrivateNetworkId!: string;

  @Column({ name: 'next_hop_address', type: 'inet' })
  nextHopAddress!: string;

  @Column({ name: 'revision', type: 'bigint' })
  revision!: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: string;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: string;
}
