import { Module } from '@nestjs/common';
import { SecretBox } from '@isthmus/secrets';
import { AuditModule } from '../audit/audit.module';
import { GatewayConfig } from '../config';
import { ApiKeyRepository } from './api-key.repository';
import { ApiKeyService } from './api-key.service';
import { Bootstrap } from './bootstrap';
import { KeyChanges } from './key-changes';
import { KeyRing } from './key-ring';
import { ProjectRepository } from './project.repository';
import { ProjectService } from './project.service';

@Module({
  imports: [AuditModule],
  providers: [
    ApiKeyRepository,
    ApiKeyService,
    Bootstrap,
    KeyChanges,
    KeyRing,
    ProjectRepository,
    ProjectService,
    {
      provide: SecretBox,
      useFactory: (config: GatewayConfig) => new SecretBox(config.masterKey),
      inject: [GatewayConfig],
    },
  ],
  exports: [ApiKeyService, KeyRing, ProjectService, SecretBox],
})
export class IdentityModule {}
