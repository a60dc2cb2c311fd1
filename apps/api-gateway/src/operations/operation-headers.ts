import type { FastifyReply } from 'fastify';
import type { OperationStatus } from './operation-status';

const RETRY_AFTER_SECONDS = 1;

/** The headers that tell of accepted work in every dialect; `location` is the path to poll it at. */
export function tellOperation(reply: FastifyReply, operation: OperationStatus, location: string): void {
  void reply.header('operation-id', operation.id).header('operation-location', location);
  if (operation.state === 'pending') void reply.header('retry-after', RETRY_AFTER_SECONDS);
}
