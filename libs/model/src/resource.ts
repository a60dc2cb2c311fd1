/** Every kind of thing an operation can change or a problem can name. */
export type ResourceType =
  | 'project'
  | 'region'
  | 'zone'
  | 'operation'
  | 'event'
  | 'vpc'
  | 'private-network'
  | 'subnet'
  | 'address'
  | 'attachment'
  | 'instance'
  | 'route'
  | 'peering'
  /** The two sides of a peering together: what carries the routes. */
  | 'peering-link'
  | 'vpn-gateway'
  | 'vpn-connection'
  | 'customer-gateway'
  | 'webhook-endpoint'
  | 'webhook-delivery';

/** A pointer to one resource. `id` is a UUID. */
export interface ResourceReference {
  type: ResourceType;
  id: string;
}
