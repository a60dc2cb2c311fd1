import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { DRY_RUN_ONLY, DryRunQuery } from '../../dry-run/dry-run.dto';
import { given } from '../../http/given';
import { IdPipe } from '../../http/id.pipe';
import { AskedBy, Call, type RequestContext } from '../../http/request';
import { validated } from '../../http/validation';
import type { Caller } from '../../identity/caller';
import { DeliveryService } from '../../webhooks/delivery.service';
import { tagOf, WebhookService } from '../../webhooks/webhook.service';
import { PageQuery } from './page';
import { planned } from './planned';
import {
  CreateWebhookBody,
  PingBody,
  PlannedWebhookBody,
  ReplayBody,
  ReplayWebhookBody,
  RotateSecretBody,
  UpdateWebhookBody,
  WebhookBody,
  WebhookPageBody,
  WebhookWithSecretBody,
} from './webhook.dto';

const ENDPOINT_ID = new IdPipe('webhook-endpoint');
/** An id that ends at the colon of an action; to the router a doubled colon is a literal one. */
const ID_BEFORE_ACTION = ':id(^[^:/]+)';

@ApiTags('webhooks')
@Controller('v1/webhooks')
export class WebhookController {
  constructor(
    private readonly webhooks: WebhookService,
    private readonly deliveries: DeliveryService,
  ) {}

  /** The answer is the only one that shows the signing secret. */
  @Post()
  @ApiOperation({ operationId: 'createWebhook' })
  @ApiCreatedResponse({ type: WebhookWithSecretBody })
  @ApiOkResponse({ type: PlannedWebhookBody, description: DRY_RUN_ONLY })
  async create(
    @Query(validated) { dry_run: isDryRun }: DryRunQuery,
    @Body(validated) { url, description, eventTypes }: CreateWebhookBody,
    @Call() call: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookWithSecretBody | PlannedWebhookBody> {
    const { projectId } = call;
    const wanted = { projectId, url, description, eventTypes };
    const { endpoint, secret, quota } = await this.webhooks.create(wanted, call, isDryRun);
    if (isDryRun) return planned(reply, endpoint, [quota]);
    void reply.header('etag', tagOf(endpoint));
    return { ...endpoint, secret };
  }

  @Get()
  @ApiOperation({ operationId: 'listWebhooks' })
  @ApiOkResponse({ type: WebhookPageBody })
  list(@Query(validated) query: PageQuery, @AskedBy() { projectId }: Caller): Promise<WebhookPageBody> {
    return this.webhooks.list(projectId, query);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getWebhook' })
  @ApiOkResponse({ type: WebhookBody })
  async get(
    @Param('id', ENDPOINT_ID) id: string,
    @AskedBy() { projectId }: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookBody> {
    const endpoint = await this.webhooks.get(id, projectId);
    void reply.header('etag', tagOf(endpoint));
    return endpoint;
  }

  /** Whatever is changed also ends a pause. */
  @Patch(':id')
  @ApiOperation({ operationId: 'updateWebhook' })
  @ApiOkResponse({ type: WebhookBody })
  async update(
    @Param('id', ENDPOINT_ID) id: string,
    @Body(validated) { url, description, eventTypes, state }: UpdateWebhookBody,
    @Call() call: RequestContext,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookBody> {
    const change = given({ url, description, eventTypes, state });
    const endpoint = await this.webhooks.update(id, call, change, ifMatch);
    void reply.header('etag', tagOf(endpoint));
    return endpoint;
  }

  /** Its deliveries go with it. */
  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteWebhook' })
  @ApiNoContentResponse()
  delete(
    @Param('id', ENDPOINT_ID) id: string,
    @Call() call: RequestContext,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    return this.webhooks.delete(id, call, ifMatch);
  }

  /** The secret before signs along for a while, so that receivers can be changed without missing anything. */
  @Post(`${ID_BEFORE_ACTION}/secrets::rotate`)
  @HttpCode(200)
  @ApiOperation({ operationId: 'rotateWebhookSecret' })
  @ApiOkResponse({ type: WebhookWithSecretBody })
  async rotate(
    @Param('id', ENDPOINT_ID) id: string,
    @Body(validated) { overlapSeconds }: RotateSecretBody,
    @Call() call: RequestContext,
  ): Promise<WebhookWithSecretBody> {
    const overlapMs = overlapSeconds === undefined ? undefined : overlapSeconds * 1_000;
    const { endpoint, secret } = await this.webhooks.rotateSecret(id, call, overlapMs);
    return { ...endpoint, secret };
  }

  /** Sends an event of type webhook.ping to this endpoint only, whatever types it wants. */
  @Post(`${ID_BEFORE_ACTION}::ping`)
  @HttpCode(202)
  @ApiOperation({ operationId: 'pingWebhook' })
  @ApiAcceptedResponse({ type: PingBody })
  async ping(@Param('id', ENDPOINT_ID) id: string, @Call() call: RequestContext): Promise<PingBody> {
    return { eventId: await this.webhooks.ping(id, call) };
  }

  /** Sends all events of a time that the endpoint wants, whether they were delivered before or not. */
  @Post(`${ID_BEFORE_ACTION}::replay`)
  @HttpCode(202)
  @ApiOperation({ operationId: 'replayWebhook' })
  @ApiAcceptedResponse({ type: ReplayBody })
  async replay(
    @Param('id', ENDPOINT_ID) id: string,
    @Body(validated) { from, to }: ReplayWebhookBody,
    @Call() call: RequestContext,
  ): Promise<ReplayBody> {
    return { queued: await this.deliveries.replay(id, call, { from, to }) };
  }
}
