import type { CreatePeering, ListPeerings, UpdatePeering } from '@isthmus/contracts';
import type { PeeringState, PeeringView } from '@isthmus/model';
import { given } from '../../http/given';
import { toLabelFilters, toLabels } from './label.mapper';
import type {
  CreatePeeringFields,
  ListPeeringsQuery,
  PeeredCidrListBody,
  PeeringBody,
  PeeringWord,
  UpdatePeeringFields,
} from './network-peering.dto';
import { UpcloudProblem } from './upcloud.problem';

/** UpCloud's ten words, which nothing but this file knows. */
const WORDS: Record<PeeringState, PeeringWord> = {
  active: 'active',
  provisioning: 'provisioning',
  disabled: 'disabled',
  'waiting-for-peer': 'pending-peer',
  'peer-disabled': 'peer-disabled',
  'local-network-not-routed': 'missing-local-router',
  'peer-network-not-routed': 'missing-peer-router',
  'peer-network-deleted': 'deleted-peer-network',
  'subnets-overlap': 'conflict-subnet',
  error: 'error',
};

export function toPeeringWord(state: PeeringState): PeeringWord {
  return WORDS[state];
}

export function toCreateCommand(fields: CreatePeeringFields): CreatePeering {
  return {
    name: fields.name,
    intent: fields.configured_status ?? 'active',
    localNetworkId: fields.network.uuid,
    peerNetworkId: fields.peer_network.uuid,
    labels: toLabels(fields.labels ?? []),
  };
}

/** Undefined when the body changes nothing. Throws when it names networks. */
export function toUpdateCommand(peeringId: string, fields: UpdatePeeringFields): UpdatePeering | undefined {
  if (fields.network !== undefined || fields.peer_network !== undefined) {
    const detail = 'The networks of a peering never change; delete it and make another one.';
    throw new UpcloudProblem('NETWORK_IMMUTABLE', 'invalid-argument', detail);
  }
  const { labels } = fields;
  const changes = {
    ...given({ name: fields.name, intent: fields.configured_status }),
    // Null takes all labels away, unlike with the others.
    ...(labels === undefined ? {} : { labels: toLabels(labels ?? []) }),
  };
  return Object.keys(changes).length > 0 ? { peeringId, ...changes } : undefined;
}

export function toListQuery(query: ListPeeringsQuery): ListPeerings {
  return given({
    peeringId: query.uuid,
    localNetworkId: query.network_uuid_local,
    peerNetworkId: query.network_uuid_peer,
    labels: query.label && toLabelFilters(query.label),
  });
}

export function toPeeringBody(peering: PeeringView): PeeringBody {
  const { peerCidrs } = peering;
  return {
    uuid: peering.id,
    name: peering.name,
    configured_status: peering.intent,
    state: toPeeringWord(peering.state),
    labels: peering.labels.map(({ key, value }) => ({ key, value })),
    network: { uuid: peering.localNetworkId, ip_networks: toCidrs(peering.localCidrs) },
    peer_network: {
      uuid: peering.peerNetworkId,
      ...(peerCidrs === null ? {} : { ip_networks: toCidrs(peerCidrs) }),
    },
  };
}

function toCidrs(cidrs: string[]): PeeredCidrListBody {
  return { ip_network: cidrs.map((address) => ({ address, family: address.includes(':') ? 'IPv6' : 'IPv4' })) };
}
