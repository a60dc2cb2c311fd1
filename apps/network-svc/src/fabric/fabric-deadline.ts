import type { RpcContext } from '@isthmus/rpc';

/** For work on the fabric that a caller waits for: aborts when nobody does any more. */
export function untilDeadline({ deadline }: RpcContext): AbortSignal {
  return AbortSignal.timeout(Math.max(0, deadline.getTime() - Date.now()));
}
