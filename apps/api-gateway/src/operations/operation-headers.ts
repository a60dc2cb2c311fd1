import type { FastifyReply } from 'fastify';
import type { OperationStatus } from './operation-status';

const RETRY_AFTER_SECONDS = 1;

/** The headers that tell of accepted work in every dialect; `location` is where to poll it, in case the dialect has a path of its own. */
export function tellOperation(
  reply: FastifyReply,
  operation: OperationStatus,
  location = `/v1/operations/${operation.id}`,
): void {
  void reply.header('operation-id', operation.id).header('operation-location', location);
  askToPoll(reply, operation);
}

/** When to look again, as long as there will be something new to see. */
export function askToPoll(reply: FastifyReply, operation: OperationStatus): void {
  if (operation.state === 'pending') void reply.header('retry-after', RETRY_AFTER_SECONDS);
}
