export * from './resource';
export * from './operation';
export * from './private-network';
export * from './attachment';
export * from './address';
export * from './topology';
export * from './vpc';
export * from './route';
