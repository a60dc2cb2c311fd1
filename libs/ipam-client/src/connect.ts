import { BusLink, RpcCaller } from '@isthmus/rpc';
import { createLogger } from '@isthmus/telemetry';
import { IpamClient } from './ipam-client';

export interface IpamConnection {
  ipam: IpamClient;
  /** What still waits for an answer fails with `unavailable`. */
  close(): void;
}

/**
 * Connects a program that is no Nest application. `caller` is its own name, by which it may attach and detach for its
 * types of owner (config/callers.yaml).
 */
export function connectIpam({ redisUrl, caller }: { redisUrl: string; caller: string }): IpamConnection {
  const rpc = new RpcCaller(new BusLink(redisUrl, caller, createLogger(caller)));
  return { ipam: new IpamClient(rpc, caller), close: () => rpc.onApplicationShutdown() };
}
