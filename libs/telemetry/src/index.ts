export * from './logger';
export * from './lifecycle';
export * from './metrics';
export * from './metrics-server';
export * from './trace';
