export * from './ipam-client';
export * from './connect';
