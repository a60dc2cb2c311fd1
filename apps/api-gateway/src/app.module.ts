import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { DatabaseModule } from '@isthmus/db';
import { opsMigrations } from '@isthmus/operations';
import { RpcModule } from '@isthmus/rpc';
import type { Logger } from '@isthmus/telemetry';
import { AuditModule } from './audit/audit.module';
import { DryRunGuard } from './dry-run/dry-run.guard';
import type { GatewayConfig } from './config';
import { authSchemes, dialectModules, dialects } from './dialects';
import { AUTH_SCHEMES, AuthGuard } from './http/auth.guard';
import { DIALECTS } from './http/dialect';
import { ProblemFilter } from './http/problem.filter';
import { IdempotencyGuard } from './idempotency/idempotency.guard';
import { IdempotencyKeyEntity } from './idempotency/idempotency-key.entity';
import { IdempotencyModule } from './idempotency/idempotency.module';
import { ReplayFilter } from './idempotency/stored-answer';
import { ApiKeyEntity } from './identity/api-key.entity';
import { IdentityModule } from './identity/identity.module';
import { ProjectEntity } from './identity/project.entity';
import { gatewayMigrations } from './migrations';
import { SettingsModule } from './settings.module';
import { webhookEntities } from './webhooks/webhooks.module';

export const migrations = [opsMigrations, gatewayMigrations];

/** The database and the bus; global, as every module may need them. */
function storeModules(config: GatewayConfig): DynamicModule[] {
  return [
    DatabaseModule.forService({
      url: config.databaseUrl,
      schema: 'gateway',
      entities: [ProjectEntity, ApiKeyEntity, IdempotencyKeyEntity, ...webhookEntities],
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
      imports: [
        SettingsModule.of(config, logger),
        ...stores,
        AuditModule,
        IdentityModule,
        IdempotencyModule,
        ...Object.values(dialectModules),
      ],
      providers: [
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_GUARD, useClass: DryRunGuard },
        { provide: APP_GUARD, useClass: IdempotencyGuard },
        // The last one is asked first.
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_FILTER, useClass: ReplayFilter },
        { provide: DIALECTS, useValue: dialects },
        { provide: AUTH_SCHEMES, useValue: authSchemes },
      ],
    };
  }
}
