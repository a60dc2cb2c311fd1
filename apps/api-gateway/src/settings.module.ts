import { type DynamicModule, Module } from '@nestjs/common';
import { Topology } from '@isthmus/model';
import type { Logger } from '@isthmus/telemetry';
import { GatewayConfig } from './config';

export const LOGGER = Symbol('LOGGER');

/** What every module may ask for: the configuration, the topology and the log. */
@Module({})
export class SettingsModule {
  static of(config: GatewayConfig, logger: Logger): DynamicModule {
    return {
      module: SettingsModule,
      global: true,
      providers: [
        { provide: GatewayConfig, useValue: config },
        { provide: Topology, useValue: config.topology },
        { provide: LOGGER, useValue: logger },
      ],
      exports: [GatewayConfig, Topology, LOGGER],
    };
  }
}
