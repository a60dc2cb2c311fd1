import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVENT_TYPES } from '@isthmus/model';
import { describeEvents } from './asyncapi';
import { EVENT_CATALOGUE } from './event-catalogue';
import { isEventTypePattern, matchesEventType, typesMeantBy } from './event-filter';

/** Where events come into being; every text there that looks like a type of event is one. */
const WRITES_EVENTS = /recordEvent\(|INSERT INTO ops\.event |ops\.record_event/;
const DECLARES_TYPES = /event-catalogue\.ts$|libs\/model\/src\/event\.ts$/;
const TYPE_LITERAL = /['"`]((?:operation|peering|vpn_\w+|webhook\w*)\.(?:\w|\$\{[^}]*\})+)['"`]/g;

function sources(): { path: string; text: string }[] {
  return ['apps', 'libs'].flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts'))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ path, text: readFileSync(path, 'utf8') })),
  );
}

/** The literals as patterns: what is filled in at run time may be any word. */
function typesIn(found: { text: string }[]): RegExp[] {
  const literals = found.flatMap(({ text }) =>
    [...text.matchAll(TYPE_LITERAL)].map(([, literal]) => literal as string),
  );
  return literals.map((literal) => new RegExp(`^${literal.replace('.', '\\.').replaceAll(/\$\{[^}]*\}/g, '\\w+')}$`));
}

describe('the catalogue of events', () => {
  it('has every type that the code writes, and none that it does not', () => {
    const code = sources().filter(({ path }) => !DECLARES_TYPES.test(path));
    const written = typesIn(code.filter(({ text }) => WRITES_EVENTS.test(text)));
    expect(written.length).toBeGreaterThan(0);
    expect(written.filter((pattern) => !EVENT_TYPES.some((type) => pattern.test(type)))).toEqual([]);
    const named = typesIn(code);
    expect(EVENT_TYPES.filter((type) => !named.some((pattern) => pattern.test(type)))).toEqual([]);
  });

  it('describes each type once, in a hierarchy of names', () => {
    expect(EVENT_CATALOGUE.map(({ type }) => type)).toEqual([...new Set(EVENT_TYPES)]);
    for (const { type, summary, schema } of EVENT_CATALOGUE) {
      expect(type).toMatch(/^[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*$/);
      expect(summary).toMatch(/\.$/);
      expect(schema.required).toEqual(Object.keys(schema.properties ?? {}));
    }
  });

  it('is what the AsyncAPI document publishes', () => {
    const document = describeEvents() as {
      components: { messages: Record<string, { payload: { properties: object } }> };
    };
    const { messages } = document.components;
    expect(Object.keys(messages)).toEqual([...EVENT_TYPES]);
    for (const { type, schema } of EVENT_CATALOGUE) {
      expect(messages[type]?.payload.properties).toMatchObject({ type: { const: type }, data: schema });
    }
  });
});

describe('a pattern of types', () => {
  it.each([
    ['operation.failed', 'operation.failed', true],
    ['operation.failed', 'operation.failed_over', false],
    ['operation.*', 'operation.succeeded', true],
    ['operation.*', 'operations.succeeded', false],
    ['vpn_gateway.*', 'vpn_connection.up', false],
    ['*', 'peering.state_changed', true],
  ])('%s means %s: %s', (pattern, type, isMeant) => {
    expect(matchesEventType(pattern, type)).toBe(isMeant);
  });

  it.each(['operation', 'operation.', 'operation.no_such', 'opera*', '.*', '**', '', 5, null])('is not %j', (value) => {
    expect(isEventTypePattern(value)).toBe(false);
  });

  it('stands for the types that there are', () => {
    expect(typesMeantBy(['operation.*', 'operation.failed', 'vpn_connection.up'])).toEqual([
      'operation.succeeded',
      'operation.failed',
      'operation.timed_out',
      'vpn_connection.up',
    ]);
  });
});
