/** One request and its answer on the internal bus. */
export interface Call<Request, Response> {
  request: Request;
  response: Response;
}

/** A service's calls by pattern: `Calls extends CallMap<Calls>`. */
export type CallMap<Calls> = { [Pattern in keyof Calls]: Call<unknown, unknown> };

/** The services that answer on the bus; the name is also the name of the request stream and of the consumer group. */
export const SERVICES = ['network', 'ipam', 'vpn'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** One page of a list, counted from 1, with the number of all matches. */
export interface Page<Item> {
  items: Item[];
  totalCount: number;
}

export interface PageRequest {
  /** From 1. */
  page: number;
  pageSize: number;
}

/** Answer of `health.ping`, the round trip behind readiness. */
export interface Pong {
  service: ServiceName;
  instance: string;
}

/** Calls that every service answers. */
export interface HealthCalls {
  'health.ping': Call<Record<string, never>, Pong>;
}
