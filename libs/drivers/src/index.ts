export * from './fault-rules';
export * from './revisioned-map';
