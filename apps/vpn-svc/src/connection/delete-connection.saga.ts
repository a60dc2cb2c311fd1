import { Injectable } from '@nestjs/common';
import type { SetVpnRoutes } from '@isthmus/contracts';
import type { Tx } from '@isthmus/db';
import type { Saga, SagaRun, SagaStep } from '@isthmus/operations';
import { NetworkClient } from '../clients/network.client';
import { withoutDestinations } from './connection.routes';
import { ConnectionTunnel, type TunnelTry } from './connection.tunnel';
import { VpnConnectionRepository } from './vpn-connection.repository';

export interface DeleteConnectionInput {
  /** The revision of the way back; the way forward has the one before. */
  revision: string;
  /** A connection in error holds nothing, so that there is nothing to give back to it. */
  formerState: 'active' | 'error';
  routes: SetVpnRoutes;
}

type Input = DeleteConnectionInput;

/**
 * vpn-connection.delete
 *   terminate           the driver closes the tunnel,
 *   unload-connection   forgets the connection
 *   unload-secret       and its pre-shared key
 *   remove-routes       network-svc takes its routes away              (point of no return)
 * Its row goes with its places at the gateway and in the project's quota. Undone, the tunnel is as it was.
 */
@Injectable()
export class DeleteConnectionSaga implements Saga<Input> {
  readonly kind = 'vpn-connection.delete';
  readonly deadlineMs = 120_000;

  private readonly terminate: SagaStep<Input> = {
    name: 'terminate',
    do: (run) => this.tunnel.terminate(run.resource.id, run.signal),
    undo: async (run) => {
      if (wasActive(run)) await this.tunnel.initiate(run.resource.id, run.signal);
    },
  };

  private readonly unloadConnection: SagaStep<Input> = {
    name: 'unload-connection',
    do: (run) => this.tunnel.unloadConnection(run.resource.id, forward(run)),
    undo: async (run) => {
      if (!wasActive(run)) return;
      await this.tunnel.loadConnection(await this.connections.getById(run.resource.id), back(run));
    },
  };

  private readonly unloadSecret: SagaStep<Input> = {
    name: 'unload-secret',
    do: (run) => this.tunnel.unloadSecret(run.resource.id, forward(run)),
    undo: async (run) => {
      if (!wasActive(run)) return;
      await this.tunnel.loadSecret(await this.connections.getById(run.resource.id), 'present', back(run));
    },
  };

  private readonly removeRoutes: SagaStep<Input> = {
    name: 'remove-routes',
    isPointOfNoReturn: true,
    do: (run) => this.network.setRoutes(run, 'remove-routes', withoutDestinations(run.input.routes)),
    undo: () => Promise.resolve(),
  };

  readonly steps = [this.terminate, this.unloadConnection, this.unloadSecret, this.removeRoutes];

  constructor(
    private readonly network: NetworkClient,
    private readonly tunnel: ConnectionTunnel,
    private readonly connections: VpnConnectionRepository,
  ) {}

  complete(tx: Tx, run: SagaRun<Input>): Promise<void> {
    return this.connections.delete(tx, run.resource.id);
  }

  abandon(tx: Tx, run: SagaRun<Input>): Promise<void> {
    return this.connections.returnTo(tx, run.resource.id, run.input.formerState);
  }
}

function wasActive({ input }: SagaRun<Input>): boolean {
  return input.formerState === 'active';
}

function forward({ input, signal }: SagaRun<Input>): TunnelTry {
  return { revision: BigInt(input.revision) - 1n, signal };
}

function back({ input, signal }: SagaRun<Input>): TunnelTry {
  return { revision: BigInt(input.revision), signal };
}
