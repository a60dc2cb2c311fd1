import { getMetadataArgsStorage } from 'typeorm';

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- an entity class
type EntityClass = Function;

interface EntityColumn {
  property: string;
  column: string;
}

/** Table name with schema, e.g. `network.private_network`. */
export function tableOf(entity: EntityClass): string {
  const table = getMetadataArgsStorage().tables.find((candidate) => candidate.target === entity);
  if (!table?.name || !table.schema) throw new Error(`${entity.name} has no @Entity({ schema, name })`);
  return `${table.schema}.${table.name}`;
}

/** The columns that the entity declares, in order. */
export function columnsOf(entity: EntityClass): EntityColumn[] {
  return getMetadataArgsStorage()
    .columns.filter((column) => column.target === entity)
    .map((column) => {
      if (!column.options.name) throw new Error(`${entity.name}.${column.propertyName} has no explicit column name`);
      return { property: column.propertyName, column: column.options.name };
    });
}

/** RFC 3339 in UTC with microseconds, which a JavaScript Date would cut. */
export function isoTimestamp(expression: string): string {
  return `to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/**
 * Select list that gives rows the shape of the entity: `t.vpc_id AS "vpcId", …`. An inet column reads as a plain
 * address, a timestamptz column as RFC 3339 text with microseconds.
 */
export function selectList(entity: EntityClass, alias?: string): string {
  const prefix = alias ? `${alias}.` : '';
  const types = new Map(
    getMetadataArgsStorage()
      .columns.filter((column) => column.target === entity)
      .map((column) => [column.propertyName, column.options.type]),
  );
  return columnsOf(entity)
    .map(({ property, column }) => `${readable(`${prefix}${column}`, types.get(property))} AS "${property}"`)
    .join(', ');
}

function readable(expression: string, type: unknown): string {
  if (type === 'inet') return `host(${expression})`;
  if (type === 'timestamptz') return isoTimestamp(expression);
  return expression;
}
