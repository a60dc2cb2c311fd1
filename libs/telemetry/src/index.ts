export * from './logger';
export * from './lifecycle';
export * from './metrics';
export * from './metrics-server';
export * from './span';
export * from './trace';
export * from './tracing';
