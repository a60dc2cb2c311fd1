import { DynamicModule, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Database } from './database';
import { migrate, type MigrationSet } from './migrate';
import { checkSchema } from './schema-check';

export interface DatabaseOptions {
  /** Login URL; the service acts as the role `isthmus_<schema>` on it. */
  url: string;
  /** The schema this service owns. */
  schema: string;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- entity classes
  entities: Function[];
  /** Applied at boot, in this order. */
  migrations: MigrationSet[];
  poolSize?: number;
}

/**
 * Statements are prepared once per connection, and so are their plans: left to itself, PostgreSQL plans those on a
 * partitioned table anew each time, which costs more than running them.
 */
const SESSION_SETTINGS = ['plan_cache_mode=force_generic_plan'];

/** Migrates, connects as the service's own role, and checks the entities against the schema. */
export async function connectDatabase(options: DatabaseOptions): Promise<Database> {
  await migrate(options.url, options.migrations);
  const dataSource = await new DataSource({
    type: 'postgres',
    url: options.url,
    schema: options.schema,
    entities: options.entities,
    synchronize: false,
    installExtensions: false,
    poolSize: options.poolSize ?? 16,
    extra: {
      options: SESSION_SETTINGS.concat(`role=isthmus_${options.schema}`, `search_path=${options.schema},ops,public`)
        .map((setting) => `-c ${setting}`)
        .join(' '),
      // A transaction sends BEGIN and its first statement together.
      pipeline: true,
      application_name: `isthmus-${options.schema}`,
      connectionTimeoutMillis: 5_000,
    },
  }).initialize();
  const database = new Database(dataSource);
  await checkSchema(database, options.entities);
  return database;
}

@Module({})
export class DatabaseModule {
  static forService(options: DatabaseOptions): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [{ provide: Database, useFactory: () => connectDatabase(options) }],
      exports: [Database],
    };
  }
}
