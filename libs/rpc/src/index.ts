export * from './answers';
export * from './inbox';
export * from './inbox.module';
export * from './redis-streams-server';
export { RpcCaller, type CallContext, type RpcCallerOptions } from './rpc-caller';
export * from './rpc-context';
export * from './rpc.module';
export * from './run-service';
export * from './signals';
