import type { Provider, Type } from '@nestjs/common';
import { Database } from '@isthmus/db';
import { Signals } from '@isthmus/rpc';
import type { Logger } from '@isthmus/telemetry';
import { OperationEngine, type OperationEngineOptions } from './operation.engine';
import { SagaRegistry } from './registry';
import type { Saga } from './saga';

export interface OperationProvidersOptions extends OperationEngineOptions {
  sagas: Type<Saga<never>>[];
  logger: Logger;
}

/** The sagas of a service, their registry, and the engine that runs them. */
export function operationProviders(options: OperationProvidersOptions): Provider[] {
  return [
    ...options.sagas,
    {
      provide: SagaRegistry,
      useFactory: (...sagas: Saga<never>[]) => new SagaRegistry(sagas),
      inject: options.sagas,
    },
    {
      provide: OperationEngine,
      useFactory: (database: Database, signals: Signals, registry: SagaRegistry) =>
        new OperationEngine(database, signals, registry, options.logger, options),
      inject: [Database, Signals, SagaRegistry],
    },
  ];
}
