import { type DynamicModule, Module } from '@nestjs/common';
import { RpcModule } from '@isthmus/rpc';
import type { VpnConfig } from './config';

/** VPN gateways and connections will live here; until then the service only answers for its health. */
@Module({})
export class AppModule {
  static forRoot({ redisUrl }: VpnConfig): DynamicModule {
    return { module: AppModule, imports: [RpcModule.forRoot({ redisUrl, caller: 'vpn-svc' })] };
  }
}
