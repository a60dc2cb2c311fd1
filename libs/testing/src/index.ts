export * from './until';
export * from './test-database';
export * from './test-redis';
export * from './service-process';
export * from './stack';
export * from './saga-harness';
export * from './audit';
export * from './api-client';
