import type { IkePolicyRequest, IpsecPolicyRequest } from '@isthmus/contracts';
import type { IkePolicy, IpsecPolicy } from '@isthmus/model';
import { given } from '../../http/given';
import type { DpdDto, IkePolicyDto, IpsecPolicyDto } from './ike-policy.dto';

export function toIkePolicy(body: IkePolicyDto): IkePolicyRequest {
  return given({
    ikeVersion: body.ike_version,
    phase1NegotiationMode: body.phase1_negotiation_mode,
    authenticationAlgorithm: body.authentication_algorithm,
    encryptionAlgorithm: body.encryption_algorithm,
    dhGroup: body.dh_group,
    authenticationMethod: body.authentication_method,
    lifetimeSeconds: body.lifetime_seconds,
    localIdType: body.local_id_type,
    localId: body.local_id,
    peerIdType: body.peer_id_type,
    peerId: body.peer_id,
    dpd: body.dpd && toDpd(body.dpd),
  });
}

function toDpd(body: DpdDto): Partial<IkePolicy['dpd']> {
  return given({ timeoutSeconds: body.timeout, intervalSeconds: body.interval, message: body.msg });
}

export function toIpsecPolicy(body: IpsecPolicyDto): IpsecPolicyRequest {
  return given({
    authenticationAlgorithm: body.authentication_algorithm,
    encryptionAlgorithm: body.encryption_algorithm,
    pfs: body.pfs,
    transformProtocol: body.transform_protocol,
    lifetimeSeconds: body.lifetime_seconds,
    encapsulationMode: body.encapsulation_mode,
  });
}

export function toIkePolicyBody(policy: IkePolicy): IkePolicyDto {
  return {
    ike_version: policy.ikeVersion,
    ...given({ phase1_negotiation_mode: policy.phase1NegotiationMode }),
    authentication_algorithm: policy.authenticationAlgorithm,
    encryption_algorithm: policy.encryptionAlgorithm,
    dh_group: policy.dhGroup,
    authentication_method: policy.authenticationMethod,
    lifetime_seconds: policy.lifetimeSeconds,
    local_id_type: policy.localIdType,
    ...given({ local_id: policy.localId }),
    peer_id_type: policy.peerIdType,
    ...given({ peer_id: policy.peerId }),
    dpd: { timeout: policy.dpd.timeoutSeconds, interval: policy.dpd.intervalSeconds, msg: policy.dpd.message },
  };
}

export function toIpsecPolicyBody(policy: IpsecPolicy): IpsecPolicyDto {
  return {
    authentication_algorithm: policy.authenticationAlgorithm,
    encryption_algorithm: policy.encryptionAlgorithm,
    pfs: policy.pfs,
    transform_protocol: policy.transformProtocol,
    lifetime_seconds: policy.lifetimeSeconds,
    encapsulation_mode: policy.encapsulationMode,
  };
}
