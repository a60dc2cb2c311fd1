import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '@isthmus/db';
import { recordEvent } from '@isthmus/operations';
import type { Verdict, Verdicts } from './kept-gateway';

interface LockedGateway {
  id: string;
  projectId: string;
  haMode: string;
}

interface EndpointChange {
  id: string;
  slot: number;
  health: 'up' | 'down';
}

interface ConnectionChange {
  id: string;
  endpointId: string;
  tunnel: 'up' | 'down';
}

interface FailedOver {
  from: string;
  to: string;
}

/** Whoever wants to change it from here on waits; whoever has begun to has taken it out of our hands. */
const LOCK = `
  SELECT id, project_id AS "projectId", ha_mode AS "haMode" FROM vpn.gateway
   WHERE id = $1 AND state = 'active' FOR NO KEY UPDATE`;

/** A verdict on an older revision is out of date. */
const SET_ENDPOINTS = `
  UPDATE vpn.endpoint e SET health = v.health
    FROM unnest($2::uuid[], $3::bigint[], $4::text[]) AS v (id, revision, health)
   WHERE e.id = v.id AND e.gateway_id = $1 AND e.revision = v.revision AND e.health <> v.health
   RETURNING e.id, e.slot, e.health`;
const SET_CONNECTIONS = `
  UPDATE vpn.connection c SET tunnel = v.health, updated_at = now()
    FROM unnest($2::uuid[], $3::bigint[], $4::text[]) AS v (id, revision, health)
   WHERE c.id = v.id AND c.gateway_id = $1 AND c.revision = v.revision AND c.state = 'active' AND c.tunnel <> v.health
   RETURNING c.id, c.endpoint_id AS "endpointId", c.tunnel`;
const TOUCH = 'UPDATE vpn.gateway SET updated_at = now() WHERE id = $1';

const FIND_FAILED = `
  SELECT a.id AS "from", s.id AS "to" FROM vpn.endpoint a, vpn.endpoint s
   WHERE a.gateway_id = $1 AND a.role = 'active' AND a.health = 'down'
     AND s.gateway_id = $1 AND s.role = 'standby' AND s.health = 'up'`;
/** Grows by two, as for every change: the driver is behind when it has less than one below the row's. */
const SET_ROLE = 'UPDATE vpn.endpoint SET role = $2, revision = revision + 2 WHERE id = $1';

/** Writes what became of endpoints and tunnels, each change with its event. Locks: gateway, then connection. */
@Injectable()
export class HealthRecorder {
  constructor(private readonly database: Database) {}

  /** Writes what is still news. True when the standby endpoint has taken over, which the driver must be told. */
  record(gatewayId: string, { endpoints, connections }: Verdicts): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const [gateway] = await tx.query<LockedGateway>(LOCK, [gatewayId]);
      if (!gateway) return false;
      const changed = await tx.query<EndpointChange>(SET_ENDPOINTS, [gatewayId, ...columnsOf(endpoints)]);
      const tunnels = await tx.query<ConnectionChange>(SET_CONNECTIONS, [gatewayId, ...columnsOf(connections)]);
      await this.tell(tx, gateway, changed, tunnels);
      if (changed.length === 0) return false;
      await tx.execute(TOUCH, [gatewayId]);
      return gateway.haMode === 'active-standby' && (await this.failOver(tx, gateway));
    });
  }

  private async tell(
    tx: Tx,
    { id: gatewayId, projectId }: LockedGateway,
    endpoints: EndpointChange[],
    tunnels: ConnectionChange[],
  ): Promise<void> {
    for (const { id: endpointId, slot, health } of endpoints) {
      const resource = { type: 'vpn-gateway', id: gatewayId } as const;
      const type = `vpn_gateway.endpoint_${health}` as const;
      await recordEvent(tx, { type, projectId, resource, payload: { endpointId, slot } });
    }
    for (const { id, endpointId, tunnel } of tunnels) {
      const resource = { type: 'vpn-connection', id } as const;
      await recordEvent(tx, {
        type: `vpn_connection.${tunnel}`,
        projectId,
        resource,
        payload: { gatewayId, endpointId },
      });
    }
  }

  private async failOver(tx: Tx, { id, projectId }: LockedGateway): Promise<boolean> {
    const [pair] = await tx.query<FailedOver>(FIND_FAILED, [id]);
    if (!pair) return false;
    // One after the other, because a gateway has at no moment two that stand by.
    await tx.execute(SET_ROLE, [pair.to, 'active']);
    await tx.execute(SET_ROLE, [pair.from, 'standby']);
    const resource = { type: 'vpn-gateway', id } as const;
    await recordEvent(tx, { type: 'vpn_gateway.failed_over', projectId, resource, payload: { ...pair } });
    return true;
  }
}

function columnsOf(verdicts: Verdict[]): [string[], string[], string[]] {
  return [verdicts.map(({ id }) => id), verdicts.map(({ revision }) => revision), verdicts.map(({ health }) => health)];
}
