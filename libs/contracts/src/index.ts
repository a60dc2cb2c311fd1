export * from './call';
export * from './network.calls';
export * from './ipam.calls';
export * from './vpc.calls';
export * from './route.calls';
export * from './peering.calls';
export * from './gateway.calls';
export * from './vpn.calls';
