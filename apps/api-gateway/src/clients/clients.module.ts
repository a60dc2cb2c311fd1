import { Module } from '@nestjs/common';
import { IpamClient } from './ipam.client';
import { NetworkClient } from './network.client';
import { NetworkComposer } from './network.composer';

@Module({
  providers: [NetworkClient, IpamClient, NetworkComposer],
  exports: [NetworkClient, IpamClient, NetworkComposer],
})
export class ClientsModule {}
