import { parseIpv4, quote } from '@isthmus/cidr';
import type { IkePolicyRequest, IpsecPolicyRequest } from '@isthmus/contracts';
import {
  type IkePolicy,
  type IpsecPolicy,
  VPN_AUTHENTICATION_ALGORITHMS,
  VPN_DH_GROUPS,
  VPN_ENCRYPTION_ALGORITHMS,
} from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { requireOneOf } from '../gateway/argument';
import { wholeNumberOf } from '../numbers';

/** What an end may call itself: printable, without spaces and `& < > [ ] \ ?`. */
const FQDN_ID = /^[!-%'-;=@-Z^-~]{1,255}$/;
/** Only the second phase can do without a group. */
const IKE_GROUPS = VPN_DH_GROUPS.filter((group) => group !== 'disable');
const MAX_LIFETIME_SECONDS = 604_800;

/** The first phase's policy with its defaults. Throws `invalid-argument` for `ikePolicy.…`. */
export function ikePolicyOf(request: IkePolicyRequest = {}): IkePolicy {
  const { ikeVersion = 'v2', localIdType = 'ip', peerIdType = 'ip', dpd = {} } = request;
  const field = (name: keyof IkePolicy): string => `ikePolicy.${name}`;
  const authentication = request.authenticationAlgorithm ?? 'sha2-256';
  const encryption = request.encryptionAlgorithm ?? 'aes-128';
  const lifetime = request.lifetimeSeconds ?? 86_400;
  return {
    ikeVersion: requireOneOf(field('ikeVersion'), ikeVersion, ['v1', 'v2']),
    phase1NegotiationMode: negotiationModeOf(ikeVersion, request.phase1NegotiationMode ?? undefined),
    authenticationAlgorithm: requireOneOf(
      field('authenticationAlgorithm'),
      authentication,
      VPN_AUTHENTICATION_ALGORITHMS,
    ),
    encryptionAlgorithm: requireOneOf(field('encryptionAlgorithm'), encryption, VPN_ENCRYPTION_ALGORITHMS),
    dhGroup: requireOneOf(field('dhGroup'), request.dhGroup ?? 'group15', IKE_GROUPS),
    authenticationMethod: requireOneOf(field('authenticationMethod'), request.authenticationMethod ?? 'pre-share', [
      'pre-share',
    ]),
    lifetimeSeconds: wholeNumberOf(field('lifetimeSeconds'), lifetime, 60, MAX_LIFETIME_SECONDS),
    localIdType: requireOneOf(field('localIdType'), localIdType, ['ip', 'fqdn']),
    localId: identityOf('local', localIdType, request.localId ?? undefined),
    peerIdType: requireOneOf(field('peerIdType'), peerIdType, ['ip', 'fqdn']),
    peerId: identityOf('peer', peerIdType, request.peerId ?? undefined),
    dpd: {
      timeoutSeconds: wholeNumberOf('ikePolicy.dpd.timeoutSeconds', dpd.timeoutSeconds ?? 15, 2, 60),
      intervalSeconds: wholeNumberOf('ikePolicy.dpd.intervalSeconds', dpd.intervalSeconds ?? 30, 10, 3_600),
      message: requireOneOf('ikePolicy.dpd.message', dpd.message ?? 'seq-hash-notify', [
        'seq-hash-notify',
        'seq-notify-hash',
      ]),
    },
  };
}

/** The second phase's policy with its defaults. Throws `invalid-argument` for `ipsecPolicy.…`. */
export function ipsecPolicyOf(request: IpsecPolicyRequest = {}): IpsecPolicy {
  const field = (name: keyof IpsecPolicy): string => `ipsecPolicy.${name}`;
  const authentication = request.authenticationAlgorithm ?? 'sha2-256';
  const encryption = request.encryptionAlgorithm ?? 'aes-128';
  const lifetime = request.lifetimeSeconds ?? 3_600;
  return {
    authenticationAlgorithm: requireOneOf(
      field('authenticationAlgorithm'),
      authentication,
      VPN_AUTHENTICATION_ALGORITHMS,
    ),
    encryptionAlgorithm: requireOneOf(field('encryptionAlgorithm'), encryption, VPN_ENCRYPTION_ALGORITHMS),
    pfs: requireOneOf(field('pfs'), request.pfs ?? 'group15', VPN_DH_GROUPS),
    transformProtocol: requireOneOf(field('transformProtocol'), request.transformProtocol ?? 'esp', ['esp']),
    lifetimeSeconds: wholeNumberOf(field('lifetimeSeconds'), lifetime, 30, MAX_LIFETIME_SECONDS),
    encapsulationMode: requireOneOf(field('encapsulationMode'), request.encapsulationMode ?? 'tunnel', ['tunnel']),
  };
}

/** The policy to ask for when some of it changes: what belonged to a former version or type of id goes with that. */
export function changedIkePolicy(present: IkePolicy, change: IkePolicyRequest): IkePolicyRequest {
  const isOther = (name: 'ikeVersion' | 'localIdType' | 'peerIdType'): boolean =>
    change[name] !== undefined && change[name] !== present[name];
  return {
    ...present,
    ...(isOther('ikeVersion') && { phase1NegotiationMode: null }),
    ...(isOther('localIdType') && { localId: null }),
    ...(isOther('peerIdType') && { peerId: null }),
    ...given(change),
    dpd: { ...present.dpd, ...given(change.dpd ?? {}) },
  };
}

/** Without what is absent but named. */
export function given<T extends object>(change: T): Partial<T> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function negotiationModeOf(
  ikeVersion: IkePolicy['ikeVersion'],
  mode: 'main' | 'aggressive' | undefined,
): IkePolicy['phase1NegotiationMode'] {
  const field = 'ikePolicy.phase1NegotiationMode';
  if (ikeVersion === 'v1') return requireOneOf(field, mode ?? 'main', ['main', 'aggressive'] as const);
  if (mode === undefined) return null;
  throw ProblemError.invalid(field, 'Only version 1 of IKE has negotiation modes.');
}

function identityOf(end: 'local' | 'peer', type: 'ip' | 'fqdn', id: string | undefined): string | null {
  const field = `ikePolicy.${end}Id`;
  if (type === 'ip') {
    if (id !== undefined) parseIpv4(id, field);
    return id ?? null;
  }
  if (id === undefined) throw ProblemError.invalid(field, `A ${end} id of type fqdn must be given.`, 'required');
  if (FQDN_ID.test(id)) return id;
  const rule = '1 to 255 printable characters without spaces and & < > [ ] \\ ?';
  throw ProblemError.invalid(field, `${quote(id)} is no identity: ${rule}.`, 'format');
}
