export * from './wake-queue';
export * from './wake-worker';
