import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { IdPipe } from '../../http/id.pipe';
import { AskedBy, Call, type RequestContext } from '../../http/request';
import { validated } from '../../http/validation';
import type { Caller } from '../../identity/caller';
import { DeliveryService } from '../../webhooks/delivery.service';
import type { WebhookDeliveryEntity } from '../../webhooks/webhook-delivery.entity';
import {
  ListDeliveriesQuery,
  WebhookDeliveryBody,
  WebhookDeliveryDetailsBody,
  WebhookDeliveryPageBody,
} from './webhook-delivery.dto';

const ENDPOINT_ID = new IdPipe('webhook-endpoint');
const DELIVERY_ID = new IdPipe('webhook-delivery');

@ApiTags('webhooks')
@Controller('v1/webhooks/:endpointId/deliveries')
export class WebhookDeliveryController {
  constructor(private readonly deliveries: DeliveryService) {}

  @Get()
  @ApiOperation({ operationId: 'listWebhookDeliveries' })
  @ApiOkResponse({ type: WebhookDeliveryPageBody })
  async list(
    @Param('endpointId', ENDPOINT_ID) endpointId: string,
    @Query(validated) { limit, cursor, state, eventType, eventId }: ListDeliveriesQuery,
    @AskedBy() { projectId }: Caller,
  ): Promise<WebhookDeliveryPageBody> {
    const filter = { state, eventType, eventId: eventId?.toLowerCase() };
    const { items, next } = await this.deliveries.list(endpointId, projectId, filter, { limit, cursor });
    return { items: items.map(toDeliveryBody), next };
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getWebhookDelivery' })
  @ApiOkResponse({ type: WebhookDeliveryDetailsBody })
  async get(
    @Param('endpointId', ENDPOINT_ID) endpointId: string,
    @Param('id', DELIVERY_ID) id: string,
    @AskedBy() { projectId }: Caller,
  ): Promise<WebhookDeliveryDetailsBody> {
    const { delivery, attempts } = await this.deliveries.get(id, endpointId, projectId);
    const attemptLog = attempts.map(({ deliveryId: _owner, ...attempt }) => attempt);
    return { ...toDeliveryBody(delivery), attemptLog };
  }

  /** Sends the event once more under the same id, whatever came of it before. */
  @Post(':id(^[^:/]+)::resend')
  @HttpCode(202)
  @ApiOperation({ operationId: 'resendWebhookDelivery' })
  @ApiAcceptedResponse({ type: WebhookDeliveryBody })
  async resend(
    @Param('endpointId', ENDPOINT_ID) endpointId: string,
    @Param('id', DELIVERY_ID) id: string,
    @Call() call: RequestContext,
  ): Promise<WebhookDeliveryBody> {
    return toDeliveryBody(await this.deliveries.resend(id, endpointId, call));
  }
}

function toDeliveryBody(delivery: WebhookDeliveryEntity): WebhookDeliveryBody {
  const { id, eventId, eventType, position, state, attempt, nextAttemptAt, requestId, createdAt, finishedAt } =
    delivery;
  return {
    id,
    eventId,
    eventType,
    position: Number(position),
    state,
    attempts: attempt,
    nextAttemptAt: state === 'pending' ? nextAttemptAt : null,
    requestId,
    createdAt,
    finishedAt,
  };
}
