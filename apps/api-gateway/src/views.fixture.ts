import type {
  AddressView,
  AttachmentView,
  OperationView,
  PrivateNetworkView,
  RouteView,
  SubnetView,
  VpcView,
} from '@isthmus/model';

export const NETWORK_ID = 'c4f04441-0260-4953-b2bb-d8286a5f4bb4';
export const INSTANCE_ID = '4c8e35a1-74f9-4b82-8652-e7ae822faf18';
export const OPERATION_ID = '01a1f8c0-3b65-7e4f-9ae0-5847928e86bf';
const PROJECT_ID = '4d333544-41be-4b0b-8907-0b9036859747';
export const VPC_ID = '3a436539-0369-429e-95b4-c38683bcac76';
const CREATED_AT = '2026-08-05T12:59:37.782632Z';

/** A network that was made through no dialect in particular. */
export function networkView(changes: Partial<PrivateNetworkView> = {}): PrivateNetworkView {
  return {
    id: NETWORK_ID,
    projectId: PROJECT_ID,
    vpcId: VPC_ID,
    region: 'fr-par',
    zone: null,
    name: 'backend',
    description: '',
    labels: {},
    tags: [],
    state: 'active',
    stateReason: null,
    vni: 6477919,
    connectivity: 'joined',
    isDhcpEnabled: true,
    dhcpOptions: { routers: [], dnsServers: [], ntpServers: [], domainSearch: [] },
    isDefaultRoutePropagated: false,
    createdAt: CREATED_AT,
    updatedAt: CREATED_AT,
    ...changes,
  };
}

export function vpcView(changes: Partial<VpcView> = {}): VpcView {
  return {
    id: VPC_ID,
    projectId: PROJECT_ID,
    region: 'fr-par',
    name: 'production',
    tags: [],
    isDefault: false,
    isRoutingEnabled: true,
    isCustomRoutesPropagationEnabled: false,
    privateNetworkCount: 1,
    createdAt: CREATED_AT,
    updatedAt: CREATED_AT,
    ...changes,
  };
}

export function routeView(changes: Partial<RouteView> = {}): RouteView {
  return {
    id: 'e916c12c-d36f-4564-adac-d0eb7259b4ae',
    projectId: PROJECT_ID,
    vpcId: VPC_ID,
    region: 'fr-par',
    type: 'custom',
    isReadOnly: false,
    description: 'to the office',
    tags: [],
    destination: '10.0.0.0/24',
    nextHopAttachmentId: null,
    nextHopPrivateNetworkId: NETWORK_ID,
    state: 'active',
    stateReason: null,
    createdAt: CREATED_AT,
    updatedAt: CREATED_AT,
    ...changes,
  };
}

export function subnetView(changes: Partial<SubnetView> = {}): SubnetView {
  return {
    id: '6ad873bf-4d0a-47e0-9e7d-373132c21735',
    projectId: PROJECT_ID,
    privateNetworkId: NETWORK_ID,
    vpcId: VPC_ID,
    region: 'fr-par',
    family: 4,
    cidr: '172.16.4.0/22',
    rangeStart: '172.16.4.2',
    rangeEnd: '172.16.7.254',
    gateway: '172.16.4.1',
    createdAt: CREATED_AT,
    updatedAt: CREATED_AT,
    ...changes,
  };
}

export function attachmentView(changes: Partial<AttachmentView> = {}): AttachmentView {
  return {
    id: '2674619a-56bd-4d78-aae4-86ec07abbaa8',
    projectId: PROJECT_ID,
    privateNetworkId: NETWORK_ID,
    instanceId: INSTANCE_ID,
    region: 'fr-par',
    zone: 'fr-par-1',
    macAddress: '02:00:00:11:48:0b',
    state: 'active',
    stateReason: null,
    tags: [],
    createdAt: CREATED_AT,
    updatedAt: CREATED_AT,
    ...changes,
  };
}

export function addressView(changes: Partial<AddressView> = {}): AddressView {
  const nic = attachmentView();
  return {
    id: '8d556765-d4da-4a7b-bc0c-3361ff4c26f8',
    projectId: PROJECT_ID,
    region: 'fr-par',
    source: { kind: 'subnet', subnetId: '6ad873bf-4d0a-47e0-9e7d-373132c21735' },
    zone: null,
    subnetId: '6ad873bf-4d0a-47e0-9e7d-373132c21735',
    privateNetworkId: NETWORK_ID,
    vpcId: VPC_ID,
    family: 4,
    address: '172.16.4.2',
    prefixLength: 22,
    owner: {
      type: 'instance_private_nic',
      id: nic.id,
      parentId: nic.instanceId,
      name: null,
      macAddress: nic.macAddress,
    },
    isReserved: false,
    tags: [],
    reverses: [],
    createdAt: CREATED_AT,
    updatedAt: CREATED_AT,
    ...changes,
  };
}

export function operationView(changes: Partial<OperationView> = {}): OperationView {
  return {
    id: OPERATION_ID,
    projectId: PROJECT_ID,
    kind: 'private-network.create',
    state: 'pending',
    reason: null,
    message: null,
    code: null,
    resource: { type: 'private-network', id: NETWORK_ID },
    reference: { type: 'private-network', id: NETWORK_ID },
    createdAt: CREATED_AT,
    startedAt: null,
    finishedAt: null,
    deadline: '2026-08-05T13:00:37.782632Z',
    ...changes,
  };
}
