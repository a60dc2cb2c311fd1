import { Injectable } from '@nestjs/common';
import type { QuotaUse } from '@isthmus/contracts';
import type { Tx } from '@isthmus/db';
import { ProblemError } from '@isthmus/problem';
import { AuditWriter } from '../audit/audit.writer';
import { type CursorPage, type CursorPageRequest, endIn, pageOf } from '../http/cursor';
import { checkIfMatch, revisionTag } from '../http/etag';
import type { RequestContext } from '../http/request';
import { isUuid } from '../http/validators';
import { LocalWork } from '../idempotency/local-work';
import { DeliveryRepository } from './delivery.repository';
import { askNameServers, checkedAddresses, RefusedHostError } from './safe-fetch/host-resolver';
import { parseWebhookUrl } from './safe-fetch/webhook-url';
import { recordEndpointEvent } from './webhook-events';
import type { WebhookEndpointEntity } from './webhook-endpoint.entity';
import { type EndpointSettings, type NewEndpoint, WebhookEndpointRepository } from './webhook-endpoint.repository';
import { WebhookSecretRepository } from './webhook-secret.repository';
import { WebhookSettings } from './webhook.settings';

/** An endpoint with the secret that it was just given. */
export interface EndpointWithSecret {
  endpoint: WebhookEndpointEntity;
  secret: string;
}

export interface CreatedEndpoint extends EndpointWithSecret {
  /** What it takes. */
  quota: QuotaUse;
}

export type EndpointChange = Partial<Pick<EndpointSettings, 'url' | 'description' | 'eventTypes' | 'state'>>;

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** The webhook endpoints of projects. */
@Injectable()
export class WebhookService {
  constructor(
    private readonly endpoints: WebhookEndpointRepository,
    private readonly secrets: WebhookSecretRepository,
    private readonly deliveries: DeliveryRepository,
    private readonly settings: WebhookSettings,
    private readonly localWork: LocalWork,
    private readonly audit: AuditWriter,
  ) {}

  /** Throws `invalid-argument` for a URL that is not sent to, `quota-exceeded`. A dry run makes nothing. */
  async create(endpoint: NewEndpoint, call: RequestContext, isDryRun = false): Promise<CreatedEndpoint> {
    const { endpointQuota: limit } = this.settings;
    const create = async (tx: Tx): Promise<CreatedEndpoint> => {
      const current = await this.endpoints.countForCreate(tx, endpoint.projectId);
      if (current >= limit) {
        const detail = `This project has ${current} webhook endpoints, and ${limit} is the most it may have; delete one first.`;
        throw new ProblemError('quota-exceeded', detail, { resource: 'webhook-endpoint', quota: { limit, current } });
      }
      const created = await this.endpoints.insert(tx, endpoint);
      await this.record(tx, call, 'create', { id: created.id, after: created });
      const quota = { resource: 'webhook-endpoint', limit, current, after: current + 1 };
      return { endpoint: created, secret: await this.secrets.add(tx, created.id), quota };
    };
    return this.localWork.orEarlier(call, async () => {
      await this.requireSafe(endpoint.url);
      return this.localWork.once(call, create, isDryRun);
    });
  }

  async list(projectId: string, { limit, cursor }: CursorPageRequest): Promise<CursorPage<WebhookEndpointEntity>> {
    return pageOf(
      await this.endpoints.page(projectId, endIn(cursor, isUuid) ?? BEFORE_ALL, limit + 1),
      limit,
      ({ id }) => id,
    );
  }

  async get(id: string, projectId: string): Promise<WebhookEndpointEntity> {
    return found(await this.endpoints.find(id, projectId), id);
  }

  /** What is not named stays. Any change also ends a pause. Throws `precondition-failed` when `ifMatch` names another version. */
  async update(
    id: string,
    call: RequestContext,
    change: EndpointChange,
    ifMatch?: string,
  ): Promise<WebhookEndpointEntity> {
    const update = async (tx: Tx): Promise<WebhookEndpointEntity> => {
      const before = found(await this.endpoints.lock(tx, id, call.projectId), id);
      checkIfMatch(tagOf(before), ifMatch);
      const state = change.state ?? before.state;
      const disabledReason = state === 'enabled' ? null : (before.disabledReason ?? 'Its owner disabled it.');
      const updated = await this.endpoints.update(tx, id, { ...before, ...change, state, disabledReason });
      if (state === 'disabled') await this.deliveries.discardPending(tx, id);
      await this.record(tx, call, 'update', { id, before, after: updated });
      return updated;
    };
    return this.localWork.orEarlier(call, async () => {
      if (change.url !== undefined) await this.requireSafe(change.url);
      return this.localWork.once(call, update);
    });
  }

  /** Throws as `update`. */
  async delete(id: string, call: RequestContext, ifMatch?: string): Promise<void> {
    await this.localWork.once(call, async (tx) => {
      const before = found(await this.endpoints.lockWhole(tx, id, call.projectId), id);
      checkIfMatch(tagOf(before), ifMatch);
      await this.deliveries.discardPending(tx, id);
      await this.endpoints.delete(tx, id);
      await this.record(tx, call, 'delete', { id, before });
    });
  }

  /** @param overlapMs how long the secret before signs along; the setting when it is not given */
  rotateSecret(
    id: string,
    call: RequestContext,
    overlapMs = this.settings.secretOverlapMs,
  ): Promise<EndpointWithSecret> {
    return this.localWork.once(call, async (tx) => {
      const endpoint = found(await this.endpoints.lock(tx, id, call.projectId), id);
      await this.record(tx, call, 'rotate-secret', { id, before: endpoint, after: endpoint });
      return { endpoint, secret: await this.secrets.rotate(tx, id, overlapMs) };
    });
  }

  /** Sends the endpoint an event of its own; answers the event's id. Throws `conflict` when the endpoint is disabled. */
  ping(id: string, call: RequestContext): Promise<string> {
    const { projectId, requestId, correlationId, traceparent } = call;
    return this.localWork.once(call, async (tx) => {
      await this.resume(tx, id, projectId);
      await this.record(tx, call, 'ping', { id });
      const cause = { requestId: correlationId ?? requestId, traceparent };
      return recordEndpointEvent(tx, {
        type: 'webhook.ping',
        projectId,
        endpointId: id,
        payload: { endpointId: id },
        cause,
      });
    });
  }

  /** Locks an endpoint that something is to be sent to now, and ends its pause. Throws `conflict` when it is disabled. */
  async resume(tx: Tx, id: string, projectId: string): Promise<void> {
    const { state } = found(await this.endpoints.lock(tx, id, projectId), id);
    if (state === 'disabled') {
      const meta = { resource: 'webhook-endpoint', resourceId: id };
      throw new ProblemError('conflict', 'The webhook endpoint is disabled; enable it first.', meta);
    }
    await this.endpoints.resume(tx, id);
  }

  /** The audit's entry of a mutation of the endpoint. */
  record(
    tx: Tx,
    call: RequestContext,
    verb: string,
    { id, ...views }: { id: string; before?: WebhookEndpointEntity; after?: WebhookEndpointEntity },
  ): Promise<void> {
    const action = `webhook-endpoint.${verb}`;
    return this.audit.accepted(tx, call, { action, resourceType: 'webhook-endpoint', resourceId: id, ...views });
  }

  /** A name whose servers do not answer right now is taken all the same: it is looked up again for each request. */
  private async requireSafe(url: string): Promise<void> {
    const parsed = parseWebhookUrl(url, this.settings);
    try {
      await checkedAddresses(parsed, this.settings.allowedCidrs, askNameServers);
    } catch (error) {
      if (!(error instanceof RefusedHostError)) throw error;
      if (!error.isPassing) throw ProblemError.invalid('url', error.message);
    }
  }
}

/** Of its settings: how it answers changes all the time. */
export function tagOf({ id, revision }: WebhookEndpointEntity): string {
  return revisionTag(id, revision);
}

function found(endpoint: WebhookEndpointEntity | undefined, id: string): WebhookEndpointEntity {
  if (!endpoint) throw ProblemError.notFound('webhook-endpoint', id);
  return endpoint;
}
