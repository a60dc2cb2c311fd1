export * from './fault-rules';
export * from './problem';
