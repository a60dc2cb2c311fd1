import type { CreateAttachment } from '@isthmus/contracts';
import { MAX_ATTACHMENTS_PER_INSTANCE, MAX_ATTACHMENTS_PER_NETWORK } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';

/** What a caller is told when the database refused an attachment by this constraint. */
export function attachmentRefusal(
  constraint: string | undefined,
  { instanceId, privateNetworkId }: CreateAttachment,
): ProblemError | undefined {
  switch (constraint) {
    case 'private_network_attachment_limit':
      return new ProblemError(
        'quota-exceeded',
        `This private network has ${MAX_ATTACHMENTS_PER_NETWORK} resources attached, the most it can have.`,
        fullQuota('private-network', privateNetworkId, MAX_ATTACHMENTS_PER_NETWORK),
      );
    case 'instance_attachment_limit':
      return new ProblemError(
        'quota-exceeded',
        `This instance is on ${MAX_ATTACHMENTS_PER_INSTANCE} private networks, the most it can be on.`,
        fullQuota('instance', instanceId, MAX_ATTACHMENTS_PER_INSTANCE),
      );
    case 'attachment_once':
      return new ProblemError('already-exists', 'This instance is attached to this private network already.', {
        resource: 'attachment',
        resourceId: instanceId,
      });
    case 'attachment_private_network_id_fkey':
      return ProblemError.notFound('private-network', privateNetworkId);
    default:
      return undefined;
  }
}

function fullQuota(resource: string, resourceId: string, limit: number) {
  return { resource, resourceId, quota: { limit, current: limit } };
}
