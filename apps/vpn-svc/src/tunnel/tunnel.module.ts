import { type DynamicModule, Module } from '@nestjs/common';
import type { VpnConfig } from '../config';
import { MemoryTunnelDriver } from './memory-tunnel.driver';
import { TunnelDriver } from './tunnel.driver';

@Module({})
export class TunnelModule {
  static forRoot({ tunnelLatencyMs, tunnelFaults }: VpnConfig): DynamicModule {
    // Each driver counts its own rules down.
    const useFactory = (): TunnelDriver =>
      new MemoryTunnelDriver(
        tunnelLatencyMs,
        tunnelFaults.map((fault) => ({ ...fault })),
      );
    return {
      module: TunnelModule,
      global: true,
      providers: [{ provide: TunnelDriver, useFactory }],
      exports: [TunnelDriver],
    };
  }
}
