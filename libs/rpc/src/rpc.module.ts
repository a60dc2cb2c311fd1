import { type DynamicModule, Module } from '@nestjs/common';
import { createLogger } from '@isthmus/telemetry';
import { BusLink } from './bus-link';
import { RpcCaller, type RpcCallerOptions } from './rpc-caller';
import { Signals } from './signals';

export interface RpcModuleOptions extends RpcCallerOptions {
  redisUrl: string;
  /** Who calls, e.g. `api-gateway`. */
  caller: string;
}

/** The caller's side of the bus, for every module of the process. */
@Module({})
export class RpcModule {
  static forRoot(options: RpcModuleOptions): DynamicModule {
    return {
      module: RpcModule,
      global: true,
      providers: [
        {
          provide: BusLink,
          useFactory: () => new BusLink(options.redisUrl, options.caller, createLogger(options.caller)),
        },
        { provide: RpcCaller, useFactory: (link: BusLink) => new RpcCaller(link, options), inject: [BusLink] },
        { provide: Signals, useFactory: (link: BusLink) => new Signals(link), inject: [BusLink] },
      ],
      exports: [RpcCaller, Signals],
    };
  }
}
