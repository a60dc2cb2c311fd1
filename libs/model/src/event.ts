/** Everything that is told in the feed of events, `<resource>.<what happened>`. What each one carries is in the catalogue. */
export const EVENT_TYPES = [
  'operation.succeeded',
  'operation.failed',
  'operation.timed_out',
  'peering.state_changed',
  'vpn_gateway.endpoint_down',
  'vpn_gateway.endpoint_up',
  'vpn_gateway.failed_over',
  'vpn_connection.up',
  'vpn_connection.down',
  'webhook_endpoint.disabled',
  'webhook.ping',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];
