import { Injectable } from '@nestjs/common';
import { Database, selectList, type Tx } from '@isthmus/db';
import { randomMacAddress } from '../fabric/mac-address';
import { GatewayPort } from './gateway-port.entity';

const COLUMNS = selectList(GatewayPort);
const NEXT_REVISION = `nextval('network.gateway_port_revision')`;

/** An id stays with its gateway and network. */
const UPDATE = `
  UPDATE network.gateway_port SET name = $5, addresses = $6::inet[], revision = ${NEXT_REVISION}
   WHERE id = $1 AND project_id = $2 AND gateway_id = $3 AND private_network_id = $4 RETURNING ${COLUMNS}`;

/** A MAC that is taken on the network is another draw, not an error. */
const INSERT = `
  INSERT INTO network.gateway_port (id, project_id, gateway_id, private_network_id, name, addresses, mac_address)
  VALUES ($1, $2, $3, $4, $5, $6::inet[], $7)
  ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`;
const IS_FOREIGN = `
  SELECT FROM network.gateway_port
   WHERE id = $1 AND (project_id, gateway_id, private_network_id) IS DISTINCT FROM ($2::uuid, $3::uuid, $4::uuid)`;

const LIST = `
  SELECT ${COLUMNS} FROM network.gateway_port WHERE gateway_id = $1 AND project_id = $2 AND id = ANY ($3) ORDER BY id`;

/** The revision of the removal: no ensure that is still on its way has a higher one. */
const BEGIN_UNPLUG = `
  UPDATE network.gateway_port SET revision = ${NEXT_REVISION} WHERE gateway_id = $1 AND project_id = $2
  RETURNING id, revision`;

/** One that was plugged in again meanwhile has another revision and stays. */
const DELETE = `
  DELETE FROM network.gateway_port p USING unnest($1::uuid[], $2::bigint[]) AS gone (id, revision)
   WHERE p.id = gone.id AND p.revision = gone.revision`;

export type NewGatewayPort = Omit<GatewayPort, 'macAddress' | 'revision' | 'createdAt'>;
/** A port and the revision at which it leaves the fabric, as text. */
export type LeavingPort = Pick<GatewayPort, 'id' | 'revision'>;

@Injectable()
export class GatewayPortRepository {
  constructor(private readonly database: Database) {}

  /** Makes the port with a MAC of its own, or changes the one of that id; undefined when the id is another's. */
  async put(tx: Tx, port: NewGatewayPort): Promise<GatewayPort | undefined> {
    const identity = [port.id, port.projectId, port.gatewayId, port.privateNetworkId];
    const values = [...identity, port.name, port.addresses];
    for (;;) {
      const [changed] = await tx.query<GatewayPort>(UPDATE, values);
      if (changed) return changed;
      const [made] = await tx.query<GatewayPort>(INSERT, [...values, randomMacAddress('gateway-port')]);
      if (made) return made;
      const isForeign = (await tx.query(IS_FOREIGN, identity)).length > 0;
      if (isForeign) return undefined;
    }
  }

  list(gatewayId: string, projectId: string, ids: string[]): Promise<GatewayPort[]> {
    return this.database.query<GatewayPort>(LIST, [gatewayId, projectId, ids]);
  }

  /** All ports of the gateway; they stay until the fabric has forgotten them. */
  beginUnplug(tx: Tx, gatewayId: string, projectId: string): Promise<LeavingPort[]> {
    return tx.query<LeavingPort>(BEGIN_UNPLUG, [gatewayId, projectId]);
  }

  async delete(ports: LeavingPort[]): Promise<void> {
    await this.database.execute(DELETE, [ports.map(({ id }) => id), ports.map(({ revision }) => revision)]);
  }
}
