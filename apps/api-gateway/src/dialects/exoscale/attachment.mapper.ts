import type { AttachmentSelector, CreateAttachment, UpdateAttachmentIp } from '@isthmus/contracts';
import { given } from '../../http/given';
import type { AttachInstanceDto, DetachInstanceDto } from './attachment.dto';

interface Place {
  region: string;
  zone: string;
}

export function toAttachCommand(privateNetworkId: string, body: AttachInstanceDto, place: Place): CreateAttachment {
  return {
    region: place.region,
    zone: place.zone,
    privateNetworkId,
    instanceId: body.instance.id,
    // One endpoint, one zone: the instance is where the network is asked for.
    instanceZone: place.zone,
    ...given({ address: body.ip }),
    tags: [],
  };
}

export function toUpdateIpCommand(privateNetworkId: string, body: AttachInstanceDto, place: Place): UpdateAttachmentIp {
  return {
    region: place.region,
    zone: place.zone,
    privateNetworkId,
    instanceId: body.instance.id,
    ...given({ address: body.ip }),
  };
}

export function toDetachCommand(privateNetworkId: string, body: DetachInstanceDto): AttachmentSelector {
  return { privateNetworkId, instanceId: body.instance.id };
}
