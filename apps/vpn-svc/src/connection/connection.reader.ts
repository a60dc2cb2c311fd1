import { Injectable } from '@nestjs/common';
import type { ListVpnConnections, MarkedPage } from '@isthmus/contracts';
import { Database } from '@isthmus/db';
import { isUuid, type VpnConnectionView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import type { RpcContext } from '@isthmus/rpc';
import { listStatements } from './vpn-connection.list';
import { VpnConnectionRepository } from './vpn-connection.repository';
import { type SeenConnection, toVpnConnectionView } from './vpn-connection.view';

/** Connections as callers read them. */
@Injectable()
export class ConnectionReader {
  constructor(
    private readonly database: Database,
    private readonly connections: VpnConnectionRepository,
  ) {}

  /** Errors: `not-found`. */
  async get(id: string, context: RpcContext): Promise<VpnConnectionView> {
    return toVpnConnectionView(await this.require(id, context));
  }

  /** In the order of creation. Errors: `invalid-argument` (marker). */
  async list(query: ListVpnConnections, context: RpcContext): Promise<MarkedPage<VpnConnectionView>> {
    const { page, count } = listStatements(query, context.projectId);
    const [items, [counted]] = await Promise.all([
      this.database.queryDynamic<SeenConnection>(page.sql, page.values),
      this.database.queryDynamic<{ count: number }>(count.sql, count.values),
    ]);
    return { items: items.map(toVpnConnectionView), totalCount: counted?.count ?? 0 };
  }

  /** Errors: `not-found`. */
  async require(id: string, { projectId }: RpcContext): Promise<SeenConnection> {
    const found = isUuid(id) ? await this.connections.find(this.database, id, projectId) : undefined;
    if (!found) throw ProblemError.notFound('vpn-connection', id);
    return found;
  }
}
