import { Injectable } from '@nestjs/common';
import { TunnelDriver } from '../tunnel/tunnel.driver';
import { ConnectionEndsFinder } from './connection-ends';
import { PskVault } from './psk';
import { toTunnelConnection, toTunnelIdentities } from './tunnel-connection';
import type { VpnConnection } from './vpn-connection.entity';
import { VpnConnectionRepository } from './vpn-connection.repository';

/** At which revision, and until when. */
export interface TunnelTry {
  revision: bigint;
  signal: AbortSignal;
}

/** What the driver has of one connection: its secret, its configuration and its tunnel. */
@Injectable()
export class ConnectionTunnel {
  constructor(
    private readonly driver: TunnelDriver,
    private readonly connections: VpnConnectionRepository,
    private readonly ends: ConnectionEndsFinder,
    private readonly psks: PskVault,
  ) {}

  /** The key that it has, or is about to have, for the identities of `connection`. */
  async loadSecret(
    connection: VpnConnection,
    which: 'present' | 'next',
    { revision, signal }: TunnelTry,
  ): Promise<void> {
    const { id } = connection;
    const { endpoint, customerGateway } = await this.ends.of(connection);
    const owners = toTunnelIdentities(connection, endpoint, customerGateway);
    const secret = this.psks.open(await this.connections.sealedPsk(id, which), id);
    await this.driver.loadSecret({ id, revision, owners, secret }, signal);
  }

  unloadSecret(id: string, { revision, signal }: TunnelTry): Promise<void> {
    return this.driver.unloadSecret({ id, revision }, signal);
  }

  async loadConnection(connection: VpnConnection, { revision, signal }: TunnelTry): Promise<void> {
    const { gateway, endpoint, customerGateway } = await this.ends.of(connection);
    const wanted = { ...toTunnelConnection(connection, endpoint, gateway, customerGateway), revision };
    await this.driver.loadConnection(wanted, signal);
  }

  unloadConnection(id: string, { revision, signal }: TunnelTry): Promise<void> {
    return this.driver.unloadConnection({ id, revision }, signal);
  }

  /** Is the tunnel up? */
  initiate(id: string, signal: AbortSignal): Promise<boolean> {
    return this.driver.initiate(id, signal);
  }

  terminate(id: string, signal: AbortSignal): Promise<void> {
    return this.driver.terminate(id, signal);
  }
}
