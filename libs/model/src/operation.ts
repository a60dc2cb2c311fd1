import type { OperationReason } from '@isthmus/problem';
import type { ResourceReference } from './resource';

export const OPERATION_STATES = ['pending', 'success', 'failure', 'timeout'] as const;
export type OperationState = (typeof OPERATION_STATES)[number];

/** Long-running work, one saga each: `<resource>.<verb>`. */
export const OPERATION_KINDS = [
  'private-network.create',
  'private-network.update',
  'private-network.enable-dhcp',
  'private-network.change-subnets',
  'private-network.migrate-zonal',
  'private-network.set-router',
  'private-network.delete',
  'attachment.create',
  'attachment.update-ip',
  'attachment.delete',
  'vpc.enable-routing',
  'vpc.delete',
  'route.create',
  'route.update',
  'route.delete',
  'peering.create',
  'peering.update',
  'peering.delete',
  'peering.activate',
  'peering.deactivate',
  'vpn-gateway.create',
  'vpn-gateway.update',
  'vpn-gateway.delete',
  'vpn-connection.create',
  'vpn-connection.update',
  'vpn-connection.delete',
] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

export const STEP_STATES = ['pending', 'running', 'done', 'failed', 'undone'] as const;
export type StepState = (typeof STEP_STATES)[number];

/** One journaled step of a saga. Times are RFC 3339, `error` is the public detail of what stopped the step. */
export interface StepView {
  name: string;
  state: StepState;
  attempt: number;
  startedAt: string | null;
  endedAt: string | null;
  error: string | null;
}

/** An operation as every dialect reads it. Times are RFC 3339 in UTC. */
export interface OperationView {
  id: string;
  projectId: string;
  kind: OperationKind;
  state: OperationState;
  /** Set on `failure` and `timeout`, never on the other two. */
  reason: OperationReason | null;
  message: string | null;
  /** Problem code behind `reason`. */
  code: string | null;
  /** What the operation changes and locks. */
  resource: ResourceReference;
  /** What a client reads to see the outcome (an attachment points at its network). */
  reference: ResourceReference;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  deadline: string;
}

/** What a service answers to accepted long-running work. */
export interface Accepted<Resource> {
  resource: Resource;
  operation: OperationView;
}
