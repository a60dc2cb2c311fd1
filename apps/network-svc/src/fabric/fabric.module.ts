import { type DynamicModule, Module } from '@nestjs/common';
import type { NetworkConfig } from '../config';
import { FabricDriver } from './fabric.driver';
import { parseFabricFaults } from './fabric-fault';
import { MemoryFabricDriver } from './memory-fabric.driver';

@Module({})
export class FabricModule {
  static forRoot(config: NetworkConfig): DynamicModule {
    const useFactory = (): FabricDriver =>
      new MemoryFabricDriver(config.fabricLatencyMs, parseFabricFaults(config.fabricFaults));
    return {
      module: FabricModule,
      global: true,
      providers: [{ provide: FabricDriver, useFactory }],
      exports: [FabricDriver],
    };
  }
}
