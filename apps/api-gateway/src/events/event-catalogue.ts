import {
  EVENT_TYPES,
  type EventType,
  OPERATION_KINDS,
  type OperationState,
  PEERING_STATES,
  type ResourceType,
} from '@isthmus/model';
import { PROBLEMS } from '@isthmus/problem';
import { type JsonSchema, MOMENT, objectOf, UUID } from './event-schema';

export interface EventDescription {
  summary: string;
  /** What `resource` of such an event points at; null for any. */
  resourceType: ResourceType | null;
  /** Of its `data`. */
  schema: JsonSchema;
}

export interface CatalogueEntry extends EventDescription {
  type: EventType;
}

const REFERENCE = objectOf({ type: { type: 'string' }, id: UUID });
const REASONS = [...new Set(Object.values(PROBLEMS).map(({ reason }) => reason))].sort();

/** An operation as it ended. */
function operationAs(state: Exclude<OperationState, 'pending'>): JsonSchema {
  const why: Record<'reason' | 'code' | 'message', JsonSchema> =
    state === 'success'
      ? { reason: { type: 'null' }, code: { type: 'null' }, message: { type: 'null' } }
      : {
          reason: { type: 'string', enum: REASONS },
          code: { type: 'string', enum: Object.keys(PROBLEMS) },
          message: { type: 'string', description: 'For a person.' },
        };
  return objectOf({
    id: UUID,
    kind: { type: 'string', enum: OPERATION_KINDS },
    state: { type: 'string', const: state },
    ...why,
    resource: { ...REFERENCE, description: 'What the operation changed.' },
    reference: { ...REFERENCE, description: 'What to read to see the outcome.' },
    createdAt: MOMENT,
    finishedAt: MOMENT,
  });
}

const PEERING_STATE: JsonSchema = { type: 'string', enum: PEERING_STATES };
const ENDPOINT = objectOf({ endpointId: UUID, slot: { type: 'integer', minimum: 1, maximum: 2 } });
const TUNNEL = objectOf({ gatewayId: UUID, endpointId: UUID });

const DESCRIPTIONS: Record<EventType, EventDescription> = {
  'operation.succeeded': {
    summary: 'An operation has done its work.',
    resourceType: null,
    schema: operationAs('success'),
  },
  'operation.failed': {
    summary: 'An operation could not do its work, or was cancelled, and has undone what it had begun.',
    resourceType: null,
    schema: operationAs('failure'),
  },
  'operation.timed_out': {
    summary: 'An operation was not done by its deadline and has undone what it had begun.',
    resourceType: null,
    schema: operationAs('timeout'),
  },
  'peering.state_changed': {
    summary: 'A peering came into another state, be it by what its owner, the owner of its peer or the network did.',
    resourceType: 'peering',
    schema: objectOf({
      from: PEERING_STATE,
      to: PEERING_STATE,
      reason: { type: 'string', description: 'One sentence that a person can act on.' },
      intent: { type: 'string', enum: ['active', 'disabled'], description: 'What its owner wants.' },
      localNetworkId: UUID,
      peerNetworkId: UUID,
    }),
  },
  'vpn_gateway.endpoint_down': {
    summary: 'An endpoint of a VPN gateway does not work any more.',
    resourceType: 'vpn-gateway',
    schema: ENDPOINT,
  },
  'vpn_gateway.endpoint_up': {
    summary: 'An endpoint of a VPN gateway works.',
    resourceType: 'vpn-gateway',
    schema: ENDPOINT,
  },
  'vpn_gateway.failed_over': {
    summary: 'The standby endpoint of a VPN gateway has taken over from the active one.',
    resourceType: 'vpn-gateway',
    schema: objectOf({
      from: { ...UUID, description: 'The endpoint that was active.' },
      to: { ...UUID, description: 'The endpoint that is active now.' },
    }),
  },
  'vpn_connection.up': { summary: 'A VPN tunnel is up.', resourceType: 'vpn-connection', schema: TUNNEL },
  'vpn_connection.down': { summary: 'A VPN tunnel is down.', resourceType: 'vpn-connection', schema: TUNNEL },
  'webhook_endpoint.disabled': {
    summary: 'A webhook endpoint was disabled because of its answers; nothing is sent to it until it is enabled again.',
    resourceType: 'webhook-endpoint',
    schema: objectOf({
      reason: { type: 'string', description: 'One sentence that a person can act on.' },
      failingSince: { ...MOMENT, description: 'The first failure after the last success.' },
      consecutiveFailures: { type: 'integer', minimum: 1 },
    }),
  },
  'webhook.ping': {
    summary: 'Somebody wants to see whether a webhook endpoint is reached. Sent to that endpoint only.',
    resourceType: 'webhook-endpoint',
    schema: objectOf({ endpointId: UUID }),
  },
};

/** Every type of event with what it carries. */
export const EVENT_CATALOGUE: readonly CatalogueEntry[] = EVENT_TYPES.map((type) => ({ type, ...DESCRIPTIONS[type] }));
