import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { EipChargeMode, VpnHealth } from '@isthmus/model';

/** One of the two machines of a gateway. */
@Entity({ schema: 'vpn', name: 'endpoint' })
export class VpnEndpoint {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id!: string;

  @Column({ name: 'gateway_id', type: 'uuid' })
  gatewayId!: string;

  @Column({ name: 'slot', type: 'int' })
  slot!: 1 | 2;

  @Column({ name: 'zone', type: 'text', nullable: true })
  zone!: string | null;

  @Column({ name: 'role', type: 'text' })
  role!: 'active' | 'standby';

  @Column({ name: 'health', type: 'text' })
  health!: VpnHealth;

  @Column({ name: 'access_port_id', type: 'uuid' })
  accessPortId!: string;

  @Column({ name: 'access_address', type: 'inet', nullable: true })
  accessAddress!: string | null;

  @Column({ name: 'connect_port_id', type: 'uuid', nullable: true })
  connectPortId!: string | null;

  @Column({ name: 'connect_address', type: 'inet', nullable: true })
  connectAddress!: string | null;

  /** Made with the gateway, to go with it; all of these are null for a private gateway. */
  @Column({ name: 'is_eip_made', type: 'boolean', nullable: true })
  isEipMade!: boolean | null;

  @Column({ name: 'eip_id', type: 'uuid', nullable: true })
  eipId!: string | null;

  @Column({ name: 'eip_address', type: 'inet', nullable: true })
  eipAddress!: string | null;

  @Column({ name: 'eip_type', type: 'text', nullable: true })
  eipType!: string | null;

  @Column({ name: 'eip_charge_mode', type: 'text', nullable: true })
  eipChargeMode!: EipChargeMode | null;

  @Column({ name: 'eip_bandwidth_id', type: 'uuid', nullable: true })
  eipBandwidthId!: string | null;

  @Column({ name: 'eip_bandwidth_mbps', type: 'int', nullable: true })
  eipBandwidthMbps!: number | null;

  @Column({ name: 'eip_bandwidth_name', type: 'text', nullable: true })
  eipBandwidthName!: string | null;

  /** bigint, so pg answers text. */
  @Column({ name: 'revision', type: 'bigint' })
  revision!: string;
}
