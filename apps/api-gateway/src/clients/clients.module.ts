import { Module } from '@nestjs/common';
import { IpamClient } from './ipam.client';
import { NetworkClient } from './network.client';
import { NetworkComposer } from './network.composer';
import { VpnClient } from './vpn.client';

@Module({
  providers: [NetworkClient, IpamClient, VpnClient, NetworkComposer],
  exports: [NetworkClient, IpamClient, VpnClient, NetworkComposer],
})
export class ClientsModule {}
