import { Injectable } from '@nestjs/common';
import type { SetVpnRoutes } from '@isthmus/contracts';
import type { Tx } from '@isthmus/db';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import type { ProblemShape } from '@isthmus/problem';
import { NetworkClient } from '../clients/network.client';
import { withoutDestinations } from './connection.routes';
import { ConnectionTunnel, type TunnelTry } from './connection.tunnel';
import { VpnConnectionRepository } from './vpn-connection.repository';

export interface CreateConnectionInput {
  routes: SetVpnRoutes;
}

type Input = CreateConnectionInput;

/** Of a row that nothing has changed yet. */
const FIRST_REVISION = 1n;

/**
 * vpn-connection.create
 *   install-routes    network-svc leads what is meant for the peer to the endpoint
 *   load-secret       the driver learns the pre-shared key,
 *   load-connection   then the connection,
 *   initiate          and tries to reach the peer; one that does not answer may come later
 * Undone, nobody has anything of it: its row stays to tell why, and can only be deleted.
 */
@Injectable()
export class CreateConnectionSaga implements Saga<Input> {
  readonly kind = 'vpn-connection.create';
  readonly deadlineMs = 120_000;
  readonly isCancellable = true;

  private readonly installRoutes: SagaStep<Input> = {
    name: 'install-routes',
    do: (run) => this.network.setRoutes(run, 'install-routes', run.input.routes),
    undo: (run) => this.network.undoRoutes(run, 'install-routes', withoutDestinations(run.input.routes)),
  };

  private readonly loadSecret: SagaStep<Input> = {
    name: 'load-secret',
    do: async (run) => {
      const connection = await this.connections.getById(run.resource.id);
      await this.tunnel.loadSecret(connection, 'present', first(run));
    },
    undo: (run) => this.tunnel.unloadSecret(run.resource.id, first(run)),
  };

  private readonly loadConnection: SagaStep<Input> = {
    name: 'load-connection',
    do: async (run) => this.tunnel.loadConnection(await this.connections.getById(run.resource.id), first(run)),
    undo: (run) => this.tunnel.unloadConnection(run.resource.id, first(run)),
  };

  private readonly initiate: SagaStep<Input> = {
    name: 'initiate',
    do: (run) => this.tunnel.initiate(run.resource.id, run.signal),
    undo: (run) => this.tunnel.terminate(run.resource.id, run.signal),
  };

  readonly steps = [this.installRoutes, this.loadSecret, this.loadConnection, this.initiate];

  constructor(
    private readonly network: NetworkClient,
    private readonly tunnel: ConnectionTunnel,
    private readonly connections: VpnConnectionRepository,
  ) {}

  complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    const isUp = run.output<boolean>('initiate') ?? false;
    return this.connections.activate(tx, run.resource.id, isUp ? 'up' : 'down');
  }

  abandon(tx: Tx, run: SagaRun<Input>, failure: ProblemShape): Promise<void> {
    return this.connections.fail(tx, run.resource.id, failure.detail);
  }
}

function first({ signal }: SagaRun): TunnelTry {
  return { revision: FIRST_REVISION, signal };
}
