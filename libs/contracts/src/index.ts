export * from './call';
export * from './network.calls';
export * from './ipam.calls';
