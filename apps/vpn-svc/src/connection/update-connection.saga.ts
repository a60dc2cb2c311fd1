import { Injectable } from '@nestjs/common';
import type { SetVpnRoutes } from '@isthmus/contracts';
import type { Tx } from '@isthmus/db';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import { NetworkClient } from '../clients/network.client';
import { ConnectionTunnel, type TunnelTry } from './connection.tunnel';
import type { VpnConnection } from './vpn-connection.entity';
import { type ConnectionChange, VpnConnectionRepository } from './vpn-connection.repository';

export interface UpdateConnectionInput {
  /** The revision of the way back; the way forward has the one before. */
  revision: string;
  next: ConnectionChange;
  routes: SetVpnRoutes;
  formerRoutes: SetVpnRoutes;
  /** There is a new pre-shared key; it waits in the row, sealed. */
  hasNewPsk: boolean;
  /** It is for other identities than before. */
  areIdentitiesNew: boolean;
}

type Input = UpdateConnectionInput;

/**
 * vpn-connection.update
 *   install-routes    network-svc puts the new routes in place of the former
 *   load-secret       the driver learns the new key, or that it is for others   (if either changes)
 *   load-connection   then the new configuration,
 *   initiate          and tries to reach the peer
 * The row keeps its old values, and its old key, until the end; undone, everybody has those.
 */
@Injectable()
export class UpdateConnectionSaga implements Saga<Input> {
  readonly kind = 'vpn-connection.update';
  readonly deadlineMs = 120_000;
  readonly isCancellable = true;

  private readonly installRoutes: SagaStep<Input> = {
    name: 'install-routes',
    do: (run) => this.network.setRoutes(run, 'install-routes', run.input.routes),
    undo: (run) => this.network.undoRoutes(run, 'install-routes', run.input.formerRoutes),
  };

  private readonly loadSecret: SagaStep<Input> = {
    name: 'load-secret',
    appliesTo: needsSecret,
    do: async (run) => {
      const which = run.input.hasNewPsk ? 'next' : 'present';
      await this.tunnel.loadSecret(await this.wanted(run), which, forward(run));
    },
    undo: async (run) => {
      await this.tunnel.loadSecret(await this.connections.getById(run.resource.id), 'present', back(run));
    },
  };

  private readonly loadConnection: SagaStep<Input> = {
    name: 'load-connection',
    do: async (run) => this.tunnel.loadConnection(await this.wanted(run), forward(run)),
    undo: async (run) => {
      const former = await this.connections.getById(run.resource.id);
      // Before the former configuration comes up again, so that it comes up with the former key.
      if (needsSecret(run.input)) await this.tunnel.loadSecret(former, 'present', back(run));
      await this.tunnel.loadConnection(former, back(run));
      await this.tunnel.initiate(former.id, run.signal);
    },
  };

  private readonly initiate: SagaStep<Input> = {
    name: 'initiate',
    do: (run) => this.tunnel.initiate(run.resource.id, run.signal),
    undo: () => Promise.resolve(),
  };

  readonly steps = [this.installRoutes, this.loadSecret, this.loadConnection, this.initiate];

  constructor(
    private readonly network: NetworkClient,
    private readonly tunnel: ConnectionTunnel,
    private readonly connections: VpnConnectionRepository,
  ) {}

  complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    const isUp = run.output<boolean>('initiate') ?? false;
    return this.connections.applyUpdate(tx, run.resource.id, run.input.next, isUp ? 'up' : 'down');
  }

  abandon(tx: Tx, run: SagaRun<Input>): Promise<void> {
    return this.connections.returnTo(tx, run.resource.id, 'active');
  }

  private async wanted(run: SagaRun<Input>): Promise<VpnConnection> {
    return { ...(await this.connections.getById(run.resource.id)), ...run.input.next };
  }
}

function needsSecret({ hasNewPsk, areIdentitiesNew }: Input): boolean {
  return hasNewPsk || areIdentitiesNew;
}

function forward({ input, signal }: SagaRun<Input>): TunnelTry {
  return { revision: BigInt(input.revision) - 1n, signal };
}

function back({ input, signal }: SagaRun<Input>): TunnelTry {
  return { revision: BigInt(input.revision), signal };
}
