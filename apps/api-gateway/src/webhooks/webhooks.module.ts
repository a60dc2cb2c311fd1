import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module';
import { GatewayConfig } from '../config';
import { IdentityModule } from '../identity/identity.module';
import { DeliveryEvents } from './delivery-events.repository';
import { DeliveryOutcomes } from './delivery-outcomes.repository';
import { DeliveryPurger } from './delivery-purger';
import { DeliveryQueue } from './delivery-queue.repository';
import { DeliveryRepository } from './delivery.repository';
import { DeliveryService } from './delivery.service';
import { SafeFetch } from './safe-fetch/safe-fetch';
import { WebhookAttemptEntity } from './webhook-attempt.entity';
import { WebhookDeliverer } from './webhook-deliverer';
import { WebhookDeliveryEntity } from './webhook-delivery.entity';
import { WebhookEndpointEntity } from './webhook-endpoint.entity';
import { WebhookEndpointRepository } from './webhook-endpoint.repository';
import { WebhookSecretEntity } from './webhook-secret.entity';
import { WebhookSecretRepository } from './webhook-secret.repository';
import { WebhookSender } from './webhook-sender';
import { WebhookService } from './webhook.service';
import { WebhookSettings } from './webhook.settings';

export const webhookEntities = [
  WebhookEndpointEntity,
  WebhookSecretEntity,
  WebhookDeliveryEntity,
  WebhookAttemptEntity,
];

@Module({
  imports: [AuditModule, IdentityModule],
  providers: [
    { provide: WebhookSettings, useFactory: (config: GatewayConfig) => config.webhooks, inject: [GatewayConfig] },
    DeliveryEvents,
    DeliveryOutcomes,
    DeliveryPurger,
    DeliveryQueue,
    DeliveryRepository,
    DeliveryService,
    SafeFetch,
    WebhookDeliverer,
    WebhookEndpointRepository,
    WebhookSecretRepository,
    WebhookSender,
    WebhookService,
  ],
  exports: [DeliveryService, WebhookService],
})
export class WebhooksModule {}
