import { type DynamicModule, Module } from '@nestjs/common';
import { DatabaseModule } from '@isthmus/db';
import {
  auditOfCommands,
  OF_PENDING_OPERATION,
  type OperationEngineOptions,
  operationProviders,
  opsMigrations,
} from '@isthmus/operations';
import { ProjectQuotas } from '@isthmus/quota';
import { InboxModule, RpcModule } from '@isthmus/rpc';
import { SecretBox } from '@isthmus/secrets';
import type { Logger } from '@isthmus/telemetry';
import { IpamClient } from './clients/ipam.client';
import { NetworkClient } from './clients/network.client';
import { VPN_CONFIG, type VpnConfig } from './config';
import { ConnectionChangeService } from './connection/connection-change.service';
import { ConnectionEndsFinder } from './connection/connection-ends';
import { ConnectionHandler } from './connection/connection.handler';
import { ConnectionReader } from './connection/connection.reader';
import { ConnectionService } from './connection/connection.service';
import { ConnectionTunnel } from './connection/connection.tunnel';
import { CreateConnectionSaga } from './connection/create-connection.saga';
import { DeleteConnectionSaga } from './connection/delete-connection.saga';
import { PskVault } from './connection/psk';
import { TunnelNetworks } from './connection/tunnel-networks';
import { UpdateConnectionSaga } from './connection/update-connection.saga';
import { VpnConnection } from './connection/vpn-connection.entity';
import { VpnConnectionRepository } from './connection/vpn-connection.repository';
import { CustomerGateway } from './customer-gateway/customer-gateway.entity';
import { CustomerGatewayHandler } from './customer-gateway/customer-gateway.handler';
import { CustomerGatewayRepository } from './customer-gateway/customer-gateway.repository';
import { CustomerGatewayService } from './customer-gateway/customer-gateway.service';
import { CreateVpnGatewaySaga } from './gateway/create-vpn-gateway.saga';
import { DeleteVpnGatewaySaga } from './gateway/delete-vpn-gateway.saga';
import { GatewayReferences } from './gateway/gateway-references';
import { GatewayTunnels } from './gateway/gateway-tunnels';
import { UpdateVpnGatewaySaga } from './gateway/update-vpn-gateway.saga';
import { VpnEndpoint } from './gateway/vpn-endpoint.entity';
import { VpnEndpointRepository } from './gateway/vpn-endpoint.repository';
import { VpnGateway } from './gateway/vpn-gateway.entity';
import { VpnGatewayHandler } from './gateway/vpn-gateway.handler';
import { VpnGatewayReader } from './gateway/vpn-gateway.reader';
import { VpnGatewayRepository } from './gateway/vpn-gateway.repository';
import { VpnGatewayService } from './gateway/vpn-gateway.service';
import { VpnGatewayUpdateService } from './gateway/vpn-gateway-update.service';
import { vpnMigrations } from './migrations';
import { Availability } from './placement/availability';
import { GatewayPlacement } from './placement/gateway-placement';
import { ZoneUsageRepository } from './placement/zone-usage.repository';
import { HealthRecorder } from './reconcile/health.recorder';
import { KeptGatewayRepository } from './reconcile/kept-gateway.repository';
import { RECONCILER_LOG } from './reconcile/reconciler-log';
import { RouteRefresher } from './reconcile/route.refresher';
import { TunnelKeeper } from './reconcile/tunnel.keeper';
import { TunnelReconciler } from './reconcile/tunnel.reconciler';
import { TunnelModule } from './tunnel/tunnel.module';

/** Every long-running kind of work of this service. */
export const SAGAS = [
  CreateVpnGatewaySaga,
  UpdateVpnGatewaySaga,
  DeleteVpnGatewaySaga,
  CreateConnectionSaga,
  UpdateConnectionSaga,
  DeleteConnectionSaga,
];

const PROVIDERS = [
  IpamClient,
  NetworkClient,
  VpnGatewayService,
  VpnGatewayUpdateService,
  VpnGatewayReader,
  VpnGatewayRepository,
  VpnEndpointRepository,
  GatewayReferences,
  GatewayTunnels,
  GatewayPlacement,
  ZoneUsageRepository,
  CustomerGatewayService,
  CustomerGatewayRepository,
  ConnectionService,
  ConnectionChangeService,
  ConnectionReader,
  ConnectionEndsFinder,
  ConnectionTunnel,
  TunnelNetworks,
  PskVault,
  VpnConnectionRepository,
  HealthRecorder,
  KeptGatewayRepository,
  RouteRefresher,
  TunnelKeeper,
  TunnelReconciler,
];

export const MIGRATIONS = [opsMigrations, vpnMigrations];

@Module({})
export class AppModule {
  /** `engine` lets a test interfere with the execution of operations. */
  static forRoot(config: VpnConfig, logger: Logger, engine: Partial<OperationEngineOptions> = {}): DynamicModule {
    const { databaseUrl: url, redisUrl, operationLeaseMs: leaseMs } = config;
    const deadlineMs = config.operationDeadlineMs || undefined;
    const entities = [VpnGateway, VpnEndpoint, CustomerGateway, VpnConnection];
    return {
      module: AppModule,
      imports: [
        DatabaseModule.forService({ url, schema: 'vpn', entities, migrations: MIGRATIONS }),
        RpcModule.forRoot({ redisUrl, caller: 'vpn-svc' }),
        InboxModule.forService({ keep: OF_PENDING_OPERATION, companion: auditOfCommands }),
        TunnelModule.forRoot(config),
      ],
      controllers: [VpnGatewayHandler, CustomerGatewayHandler, ConnectionHandler],
      providers: [
        { provide: VPN_CONFIG, useValue: config },
        { provide: Availability, useValue: config.availability },
        { provide: ProjectQuotas, useValue: new ProjectQuotas(config.quotas) },
        { provide: SecretBox, useValue: new SecretBox(config.masterKey) },
        { provide: RECONCILER_LOG, useValue: logger },
        ...PROVIDERS,
        ...operationProviders({ service: 'vpn', redisUrl, leaseMs, deadlineMs, sagas: SAGAS, logger, ...engine }),
      ],
    };
  }
}
