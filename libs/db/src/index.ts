export * from './queryable';
export * from './errors';
export * from './database';
export * from './columns';
export * from './migrate';
export * from './schema-check';
export * from './database.module';
export * from './rehearse';
