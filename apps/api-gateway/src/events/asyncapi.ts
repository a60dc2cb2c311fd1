import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CatalogueEntry, EVENT_CATALOGUE } from './event-catalogue';
import { type JsonSchema, MOMENT, objectOf, UUID } from './event-schema';

const VERSION = '1';
const TEXT_OR_NULL: JsonSchema = { type: ['string', 'null'] };
const COUNT: JsonSchema = { type: 'integer', minimum: 1 };

/** An event as the feed and webhooks tell it. */
export function envelopeOf({ type, summary, resourceType, schema }: CatalogueEntry): JsonSchema {
  const resource = objectOf({
    type: resourceType ? { type: 'string', const: resourceType } : { type: 'string' },
    id: UUID,
  });
  const properties = {
    id: UUID,
    type: { type: 'string', const: type },
    timestamp: MOMENT,
    position: { ...COUNT, description: 'In the feed; later events have higher ones.' },
    sequence: { ...COUNT, description: '1 for the first event of its resource, 2 for the next one, …' },
    projectId: UUID,
    resource,
    requestId: TEXT_OR_NULL,
    traceparent: TEXT_OR_NULL,
    data: schema,
  } as const;
  return objectOf(properties, summary);
}

/** The AsyncAPI 3.0 document of all events. */
export function describeEvents(): object {
  const messages = Object.fromEntries(
    EVENT_CATALOGUE.map((entry) => [
      entry.type,
      { name: entry.type, summary: entry.summary, contentType: 'application/json', payload: envelopeOf(entry) },
    ]),
  );
  const named = (path: string): Record<string, object> =>
    Object.fromEntries(EVENT_CATALOGUE.map(({ type }) => [type, { $ref: `#/${path}/${type}` }]));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Events of Isthmus',
      version: VERSION,
      description: 'Told in the feed (GET /v1/events) and to webhooks, in the same form.',
    },
    defaultContentType: 'application/json',
    channels: {
      events: { description: 'All events of a project.', messages: named('components/messages') },
    },
    operations: {
      tellEvents: { action: 'send', channel: { $ref: '#/channels/events' } },
    },
    components: { messages },
  };
}

/** Writes `asyncapi.json` into `directory`. */
export function writeAsyncApi(directory: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'asyncapi.json'), `${JSON.stringify(describeEvents(), null, 2)}\n`);
}
