export * from './address';
export * from './cidr';
export * from './usable';
export * from './netmask';
export * from './range';
export * from './private-space';
