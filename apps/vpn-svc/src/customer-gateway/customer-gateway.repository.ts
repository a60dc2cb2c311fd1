import { Injectable } from '@nestjs/common';
import type { MarkedPage } from '@isthmus/contracts';
import { Database, type Queryable, selectList, type Tx } from '@isthmus/db';
import { ProblemError } from '@isthmus/problem';
import { CustomerGateway } from './customer-gateway.entity';

const COLUMNS = selectList(CustomerGateway);

/** A time that the project has used already gives no row: the next try has a later one. */
const INSERT = `
  INSERT INTO vpn.customer_gateway (id, project_id, name, id_type, id_value, bgp_asn, ca_certificate, tags, created_at,
    updated_at)
  SELECT $1, $2, $3, $4, $5, $6, $7, $8, now, now FROM clock_timestamp() AS now
  ON CONFLICT ON CONSTRAINT customer_gateway_time DO NOTHING RETURNING ${COLUMNS}`;

const FIND = `SELECT ${COLUMNS} FROM vpn.customer_gateway WHERE project_id = $1 AND id = ANY ($2)`;
const FIND_BY_ID = `SELECT ${COLUMNS} FROM vpn.customer_gateway WHERE id = $1`;
/** In one order, so that two who lock several never wait for each other. */
const LOCK = `${FIND} ORDER BY id FOR NO KEY UPDATE`;
const UPDATE = `
  UPDATE vpn.customer_gateway
     SET name = coalesce($3, name), ca_certificate = coalesce($4, ca_certificate), updated_at = now()
   WHERE id = $1 AND project_id = $2 RETURNING ${COLUMNS}`;
const DELETE = 'DELETE FROM vpn.customer_gateway WHERE id = $1 AND project_id = $2';

const FIRST_PAGE = `
  SELECT ${COLUMNS} FROM vpn.customer_gateway WHERE project_id = $1 ORDER BY created_at LIMIT $2`;
const NEXT_PAGE = `
  SELECT ${COLUMNS} FROM vpn.customer_gateway WHERE project_id = $1 AND created_at > $3::timestamptz
   ORDER BY created_at LIMIT $2`;
const COUNT = `SELECT count(*)::int AS count FROM vpn.customer_gateway WHERE project_id = $1`;

export type NewCustomerGateway = Omit<CustomerGateway, 'createdAt' | 'updatedAt'>;

@Injectable()
export class CustomerGatewayRepository {
  constructor(private readonly database: Database) {}

  async insert(tx: Tx, fresh: NewCustomerGateway): Promise<CustomerGateway> {
    const { id, projectId, name, idType, idValue, bgpAsn, caCertificate, tags } = fresh;
    const values = [id, projectId, name, idType, idValue, bgpAsn, caCertificate, JSON.stringify(tags)];
    for (;;) {
      const [made] = await tx.query<CustomerGateway>(INSERT, values);
      if (made) return made;
    }
  }

  async find(id: string, projectId: string): Promise<CustomerGateway | undefined> {
    const [found] = await this.findAll([id], projectId);
    return found;
  }

  /** Of any project, for sagas, which were let in already. Throws when it is gone. */
  async getById(id: string, on: Queryable = this.database): Promise<CustomerGateway> {
    const [found] = await on.query<CustomerGateway>(FIND_BY_ID, [id]);
    if (!found) throw ProblemError.notFound('customer-gateway', id);
    return found;
  }

  /** Those that the project has. */
  findAll(ids: string[], projectId: string): Promise<CustomerGateway[]> {
    return this.database.query<CustomerGateway>(FIND, [projectId, ids]);
  }

  /** The same, to be changed by nobody else until the commit. */
  lockAll(tx: Tx, ids: string[], projectId: string): Promise<CustomerGateway[]> {
    return tx.query<CustomerGateway>(LOCK, [projectId, ids]);
  }

  async update(
    tx: Tx,
    id: string,
    projectId: string,
    changes: Partial<Pick<CustomerGateway, 'name' | 'caCertificate'>>,
  ): Promise<CustomerGateway | undefined> {
    const values = [id, projectId, changes.name ?? null, changes.caCertificate ?? null];
    const [changed] = await tx.query<CustomerGateway>(UPDATE, values);
    return changed;
  }

  /** False when there is none. Violates the keys of connections that lead to it. */
  async delete(tx: Tx, id: string, projectId: string): Promise<boolean> {
    return (await tx.execute(DELETE, [id, projectId])) === 1;
  }

  /** In the order of creation, after `marker`. */
  async page(projectId: string, limit: number, marker?: string): Promise<MarkedPage<CustomerGateway>> {
    const rows =
      marker === undefined
        ? this.database.query<CustomerGateway>(FIRST_PAGE, [projectId, limit])
        : this.database.query<CustomerGateway>(NEXT_PAGE, [projectId, limit, marker]);
    const [items, [counted]] = await Promise.all([rows, this.database.query<{ count: number }>(COUNT, [projectId])]);
    return { items, totalCount: counted?.count ?? 0 };
  }
}
