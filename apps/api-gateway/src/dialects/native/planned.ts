import type { FastifyReply } from 'fastify';
import type { QuotaUse } from '@isthmus/contracts';
import type { DryRunBody } from '../../dry-run/dry-run.dto';

/** What would be made. Nothing is, so it is not 201. */
export function planned<Body extends object>(
  reply: FastifyReply,
  body: Body,
  quotas: QuotaUse[] = [],
): Body & { dryRun: DryRunBody } {
  void reply.code(200);
  return { ...body, dryRun: { quotas } };
}
