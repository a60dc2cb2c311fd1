import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { NetworkCalls } from '@isthmus/contracts';
import { Database } from '@isthmus/db';
import { ProblemError } from '@isthmus/problem';
import { RpcCaller } from '@isthmus/rpc';
import type { Logger } from '@isthmus/telemetry';
import { routesOf } from '../connection/connection.routes';
import type { KeptConnection, KeptGateway } from './kept-gateway';
import { KeptGatewayRepository } from './kept-gateway.repository';
import { RECONCILER_LOG } from './reconciler-log';

const CALL_TIMEOUT_MS = 2_000;
const PRINCIPAL = 'tunnel-reconciler';

/** Whoever changes or deletes the connection is not waited for: it sets the routes itself. */
const LOCK = `
  SELECT id FROM vpn.connection WHERE id = $1 AND revision = $2 AND state = 'active' FOR NO KEY UPDATE SKIP LOCKED`;

/** Sets the routes of active connections anew, because the VPCs that are peered with the gateway's come and go. */
@Injectable()
export class RouteRefresher {
  constructor(
    private readonly database: Database,
    private readonly rows: KeptGatewayRepository,
    private readonly rpc: RpcCaller,
    @Inject(RECONCILER_LOG) private readonly logger: Logger,
  ) {}

  /** Throws when the database or network-svc does not answer: it would not answer the next question either. */
  async refresh(gatewayIds: string[], signal: AbortSignal): Promise<void> {
    for (const kept of await this.rows.load(gatewayIds)) {
      for (const connection of kept.connections) {
        signal.throwIfAborted();
        await this.refreshOne(kept, connection);
      }
    }
  }

  /** The lock is held until network-svc has answered, so that the routes of no later change are overtaken by these. */
  private async refreshOne({ gateway }: KeptGateway, { connection, endpoint }: KeptConnection): Promise<void> {
    const { id, projectId, revision } = connection;
    const context = { projectId, principal: PRINCIPAL, requestId: randomUUID(), timeoutMs: CALL_TIMEOUT_MS };
    await this.database.transaction(async (tx) => {
      if ((await tx.query(LOCK, [id, revision])).length === 0) return;
      const routes = routesOf(connection, gateway, endpoint);
      await this.rpc
        .call<NetworkCalls, 'vpn-route.set'>('network', 'vpn-route.set', routes, context)
        .catch((error: unknown) => {
          if (!(error instanceof ProblemError) || error.isRetryable) throw error;
          this.logger.warn({ err: error, connectionId: id }, 'the routes of a VPN connection cannot be set anew');
        });
    });
  }
}
