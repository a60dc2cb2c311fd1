import type { AttachmentView, InstanceView } from '@isthmus/model';
import type { InstanceBody, InstanceListItemBody, InstanceTypeBody, TemplateBody } from './instance.dto';

/** Machines belong to somebody else's compute service; what clients want to know beyond networks is this. */
export const EXTERNAL_INSTANCE_TYPE: InstanceTypeBody = {
  id: '6f1c3a52-8f0e-4b7a-9c55-0d2b6a1e7f01',
  family: 'external',
  size: 'unknown',
};
export const EXTERNAL_TEMPLATE: TemplateBody = { id: '6f1c3a52-8f0e-4b7a-9c55-0d2b6a1e7f02', name: 'external' };

export function toInstanceListItem(instance: InstanceView, attachments: AttachmentView[]): InstanceListItemBody {
  return {
    id: instance.id,
    name: instance.name,
    state: 'running',
    // Exoscale's times have whole seconds.
    'created-at': `${instance.createdAt.slice(0, 19)}Z`,
    'instance-type': { id: EXTERNAL_INSTANCE_TYPE.id },
    template: { id: EXTERNAL_TEMPLATE.id },
    'private-networks': attachments
      .filter(({ instanceId }) => instanceId === instance.id)
      .map(({ privateNetworkId, macAddress }) => ({ id: privateNetworkId, 'mac-address': macAddress })),
  };
}

/** The official CLI reads the last three without looking whether they are there. */
export function toInstanceBody(instance: InstanceView, attachments: AttachmentView[]): InstanceBody {
  return {
    ...toInstanceListItem(instance, attachments),
    'disk-size': 0,
    'secureboot-enabled': false,
    'tpm-enabled': false,
  };
}
