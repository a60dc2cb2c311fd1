export const ATTACHMENT_STATES = ['attaching', 'active', 'updating', 'detaching', 'error'] as const;
export type AttachmentState = (typeof ATTACHMENT_STATES)[number];

/** A network interface of an instance on a private network (a NIC). Its addresses are ipam-svc's. */
export interface AttachmentView {
  id: string;
  projectId: string;
  privateNetworkId: string;
  instanceId: string;
  region: string;
  zone: string;
  /** Lower case, `02:00:00` prefix. */
  macAddress: string;
  state: AttachmentState;
  stateReason: string | null;
  tags: string[];
  createdAt: string;
  updatedAt: string;
}

/** A machine of somebody else's compute service, as far as networks need it. */
export interface InstanceView {
  id: string;
  projectId: string;
  region: string;
  zone: string;
  name: string;
  createdAt: string;
}
