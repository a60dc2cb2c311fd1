import type { CreateCustomerGateway, CreateVpnConnection, UpdateVpnConnection } from '@isthmus/contracts';
import { pskOwner } from '@isthmus/contracts';
import type { Accepted, CustomerGatewayView, OperationKind, VpnConnectionView, VpnGatewayView } from '@isthmus/model';
import { SecretBox, type SealedText } from '@isthmus/secrets';
import type { SagaScenario } from '@isthmus/testing';
import { ConnectionChangeService } from '../src/connection/connection-change.service';
import { ConnectionReader } from '../src/connection/connection.reader';
import { ConnectionService } from '../src/connection/connection.service';
import { CustomerGatewayService } from '../src/customer-gateway/customer-gateway.service';
import { GatewayCommands } from './gateways';
import type { VpnApp } from './vpn-app';

export const PSK = 'Correct-Horse-1';

/** Customer gateways and connections as the tests of vpn-svc need them. */
export class ConnectionCommands {
  private drawn = 0;

  constructor(private readonly vpn: VpnApp) {}

  /** As the API gateway sends it. */
  sealed(psk: string = PSK): SealedText {
    return this.vpn.app.get(SecretBox).sealText(psk, pskOwner(this.vpn.projectId));
  }

  /** With an address of its own, unless `change` says otherwise. */
  customerGateway(change: Partial<CreateCustomerGateway> = {}): Promise<CustomerGatewayView> {
    this.drawn += 1;
    const idValue = `203.0.${100 + (this.drawn >> 8)}.${this.drawn & 255}`;
    return this.vpn.app.get(CustomerGatewayService).create({ idValue, ...change }, this.vpn.context());
  }

  /** A private gateway with a VPC of its own, which has 10.1.0.0/16. */
  async gateway(): Promise<VpnGatewayView> {
    const commands = new GatewayCommands(this.vpn);
    return commands.made(commands.create(await commands.site()));
  }

  /** At the gateway's first endpoint, to 192.168.0.0/24. */
  command(
    gateway: VpnGatewayView,
    customerGatewayId: string,
    change: Partial<CreateVpnConnection> = {},
  ): CreateVpnConnection {
    return {
      gatewayId: gateway.id,
      gatewayIp: ipOf(gateway, 1),
      customerGatewayId,
      peerSubnets: ['192.168.0.0/24'],
      psk: this.sealed(),
      ...change,
    };
  }

  create(command: CreateVpnConnection, context = this.vpn.context()): Promise<Accepted<VpnConnectionView>> {
    return this.vpn.app.get(ConnectionService).create(command, context);
  }

  createBatch(commands: CreateVpnConnection[]): Promise<Accepted<VpnConnectionView>[]> {
    return this.vpn.app.get(ConnectionService).createBatch(commands, this.vpn.context());
  }

  /** The connection once it is active. */
  async made(creating: Promise<Accepted<VpnConnectionView>>): Promise<VpnConnectionView> {
    return this.get((await this.vpn.succeed(creating)).resource.id);
  }

  update(
    connectionId: string,
    change: Omit<UpdateVpnConnection, 'connectionId'>,
  ): Promise<Accepted<VpnConnectionView>> {
    return this.vpn.app.get(ConnectionChangeService).update({ connectionId, ...change }, this.vpn.context());
  }

  delete(connectionId: string): Promise<Accepted<VpnConnectionView>> {
    return this.vpn.app.get(ConnectionChangeService).delete(connectionId, this.vpn.context());
  }

  get(connectionId: string): Promise<VpnConnectionView> {
    return this.vpn.app.get(ConnectionReader).get(connectionId, this.vpn.context());
  }

  /** Where network-svc leads the connection's destinations. */
  routesOf(connectionId: string): Promise<{ vpcId: string; destination: string; address: string }[]> {
    return this.vpn.database.query(
      `SELECT vpc_id AS "vpcId", destination::text, host(next_hop_address) AS address FROM network.vpn_route
        WHERE connection_id = $1 ORDER BY destination, vpc_id`,
      [connectionId],
    );
  }
}

/** How a connection names the endpoint of the slot. */
export function ipOf({ endpoints }: VpnGatewayView, slot: 1 | 2): string {
  const endpoint = endpoints[slot - 1];
  return endpoint?.eip?.addressId ?? endpoint?.accessAddress ?? '';
}

type ConnectionKind = Extract<OperationKind, `vpn-connection.${string}`>;

/** Scenarios for the saga harness, all at one gateway. */
export function connectionScenarios(app: () => VpnApp): Record<ConnectionKind, SagaScenario<never>> {
  let commands: ConnectionCommands | undefined;
  let gateway: Promise<VpnGatewayView> | undefined;
  let drawn = 0;
  const given = async (): Promise<[ConnectionCommands, VpnGatewayView]> => {
    commands ??= new ConnectionCommands(app());
    gateway ??= commands.gateway();
    return [commands, await gateway];
  };

  async function command(): Promise<CreateVpnConnection> {
    const [own, at] = await given();
    return own.command(at, (await own.customerGateway()).id);
  }

  async function made(): Promise<string> {
    const [own] = await given();
    return (await own.made(own.create(await command()))).id;
  }

  return {
    'vpn-connection.create': {
      prepare: command as () => Promise<never>,
      accept: async (wanted: CreateVpnConnection) => (await (await given())[0].create(wanted)).operation.id,
    },
    'vpn-connection.update': {
      prepare: (async () => {
        const [own] = await given();
        return { id: await made(), customerGatewayId: (await own.customerGateway()).id };
      }) as () => Promise<never>,
      accept: async ({ id, customerGatewayId }: { id: string; customerGatewayId: string }) => {
        const [own] = await given();
        const block = `169.254.${100 + (++drawn >> 6)}.`;
        const host = (drawn & 63) * 4;
        const tunnel = { tunnelLocalAddress: `${block}${host + 2}/30`, tunnelPeerAddress: `${block}${host + 1}/30` };
        const change = { name: 'renamed', customerGatewayId, peerSubnets: ['192.168.9.0/24'], ...tunnel };
        return (await own.update(id, { ...change, psk: own.sealed('Another-Horse-2') })).operation.id;
      },
    },
    'vpn-connection.delete': {
      prepare: made as () => Promise<never>,
      accept: async (id: string) => (await (await given())[0].delete(id)).operation.id,
    },
  };
}
