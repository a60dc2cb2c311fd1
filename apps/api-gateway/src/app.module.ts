import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { DatabaseModule } from '@isthmus/db';
import { opsMigrations } from '@isthmus/operations';
import { RpcModule } from '@isthmus/rpc';
import type { Logger } from '@isthmus/telemetry';
import type { GatewayConfig } from './config';
import { authSchemes, dialectModules, dialects } from './dialects';
import { AUTH_SCHEMES, AuthGuard } from './http/auth.guard';
import { DIALECTS } from './http/dialect';
import { ProblemFilter } from './http/problem.filter';
import { ApiKeyEntity } from './identity/api-key.entity';
import { IdentityModule } from './identity/identity.module';
import { ProjectEntity } from './identity/project.entity';
import { gatewayMigrations } from './migrations';
import { SettingsModule } from './settings.module';

export const migrations = [opsMigrations, gatewayMigrations];

/** The database and the bus; global, as every module may need them. */
function storeModules(config: GatewayConfig): DynamicModule[] {
  return [
    DatabaseModule.forService({
      url: config.databaseUrl,
      schema: 'gateway',
      entities: [ProjectEntity, ApiKeyEntity],
      migrations,
    }),
    RpcModule.forRoot({ redisUrl: config.redisUrl, caller: 'api-gateway' }),
  ];
}

@Module({})
export class AppModule {
  static of(config: GatewayConfig, logger: Logger, stores = storeModules(config)): DynamicModule {
    return {
      module: AppModule,
      imports: [SettingsModule.of(config, logger), ...stores, IdentityModule, ...Object.values(dialectModules)],
      providers: [
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: DIALECTS, useValue: dialects },
        { provide: AUTH_SCHEMES, useValue: authSchemes },
      ],
    };
  }
}
