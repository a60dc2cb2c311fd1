import { Module } from '@nestjs/common';
import { AuditModule } from '../../audit/audit.module';
import { ClientsModule } from '../../clients/clients.module';
import { EventsModule } from '../../events/events.module';
import { IdentityModule } from '../../identity/identity.module';
import { OperationsModule } from '../../operations/operations.module';
import { WebhooksModule } from '../../webhooks/webhooks.module';
import { AuditController } from './audit.controller';
import { ApiKeyController } from './api-key.controller';
import { EventController } from './event.controller';
import { HealthController } from './health.controller';
import { InstanceController } from './instance.controller';
import { OperationController } from './operation.controller';
import { PeeringController } from './peering.controller';
import { ProjectController } from './project.controller';
import { QuotaController } from './quota.controller';
import { Readiness } from './readiness';
import { WebhookController } from './webhook.controller';
import { WebhookDeliveryController } from './webhook-delivery.controller';

@Module({
  imports: [AuditModule, ClientsModule, EventsModule, IdentityModule, OperationsModule, WebhooksModule],
  controllers: [
    OperationController,
    PeeringController,
    EventController,
    AuditController,
    WebhookController,
    WebhookDeliveryController,
    ProjectController,
    ApiKeyController,
    InstanceController,
    QuotaController,
    HealthController,
  ],
  providers: [Readiness],
})
export class NativeModule {}
