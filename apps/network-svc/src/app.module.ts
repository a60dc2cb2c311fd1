import { type DynamicModule, Module } from '@nestjs/common';
import { DatabaseModule } from '@isthmus/db';
import {
  auditOfCommands,
  type OperationEngineOptions,
  operationProviders,
  opsMigrations,
  OF_PENDING_OPERATION,
} from '@isthmus/operations';
import { ProjectQuotas } from '@isthmus/quota';
import { InboxModule, RpcModule } from '@isthmus/rpc';
import type { Logger } from '@isthmus/telemetry';
import { Attachment } from './attachment/attachment.entity';
import { AttachmentHandler } from './attachment/attachment.handler';
import { AttachmentRepository } from './attachment/attachment.repository';
import { AttachmentService } from './attachment/attachment.service';
import { CreateAttachmentSaga } from './attachment/create-attachment.saga';
import { DeleteAttachmentSaga } from './attachment/delete-attachment.saga';
import { UpdateAttachmentIpSaga } from './attachment/update-attachment-ip.saga';
import { IpamClient } from './clients/ipam.client';
import { NETWORK_CONFIG, type NetworkConfig } from './config';
import { FabricModule } from './fabric/fabric.module';
import { GatewayPort } from './gateway-port/gateway-port.entity';
import { GatewayPortHandler } from './gateway-port/gateway-port.handler';
import { GatewayPortRepository } from './gateway-port/gateway-port.repository';
import { GatewayPortService } from './gateway-port/gateway-port.service';
import { Instance } from './instance/instance.entity';
import { InstanceHandler } from './instance/instance.handler';
import { InstanceRepository } from './instance/instance.repository';
import { InstanceService } from './instance/instance.service';
import { networkMigrations } from './migrations';
import { ChangeSubnetsSaga } from './private-network/change-subnets.saga';
import { ActivatePeeringSaga } from './peering/activate-peering.saga';
import { CreatePeeringSaga } from './peering/create-peering.saga';
import { DeactivatePeeringSaga } from './peering/deactivate-peering.saga';
import { DeletePeeringSaga } from './peering/delete-peering.saga';
import { Peering, PeeringLink } from './peering/peering.entity';
import { PeeringFactsRepository } from './peering/peering.facts';
import { PeeringHandler } from './peering/peering.handler';
import { PeeringJudge } from './peering/peering.judge';
import { PeeringLinkRepository } from './peering/peering-link.repository';
import { PeeringRepository } from './peering/peering.repository';
import { PeeringService } from './peering/peering.service';
import { UpdatePeeringSaga } from './peering/update-peering.saga';
import { CreatePrivateNetworkSaga } from './private-network/create-private-network.saga';
import { DeletePrivateNetworkSaga } from './private-network/delete-private-network.saga';
import { EnableDhcpSaga } from './private-network/enable-dhcp.saga';
import { MigrateZonalSaga } from './private-network/migrate-zonal.saga';
import { PrivateNetwork } from './private-network/private-network.entity';
import { PrivateNetworkHandler } from './private-network/private-network.handler';
import { PrivateNetworkRepository } from './private-network/private-network.repository';
import { PrivateNetworkService } from './private-network/private-network.service';
import { SetRouterRepository } from './private-network/set-router.repository';
import { SetRouterSaga } from './private-network/set-router.saga';
import { SetRouterService } from './private-network/set-router.service';
import { UpdatePrivateNetworkSaga } from './private-network/update-private-network.saga';
import { PeeringCheckRepository } from './reconcile/peering-check.repository';
import { PeeringReconciler, RECONCILER_LOG } from './reconcile/peering.reconciler';
import { QuotaHandler } from './quota/quota.handler';
import { CreateRouteSaga } from './route/create-route.saga';
import { DeleteRouteSaga } from './route/delete-route.saga';
import { NextHops } from './route/next-hops';
import { Route } from './route/route.entity';
import { RouteFabric } from './route/route.fabric';
import { RouteHandler } from './route/route.handler';
import { RouteReader } from './route/route.reader';
import { RouteRepository } from './route/route.repository';
import { RouteService } from './route/route.service';
import { UpdateRouteSaga } from './route/update-route.saga';
import { DeleteVpcSaga } from './vpc/delete-vpc.saga';
import { EnableRoutingSaga } from './vpc/enable-routing.saga';
import { Vpc } from './vpc/vpc.entity';
import { VpcHandler } from './vpc/vpc.handler';
import { VpcRepository } from './vpc/vpc.repository';
import { VpcService } from './vpc/vpc.service';
import { VpnRoute } from './vpn-route/vpn-route.entity';
import { VpnRouteHandler } from './vpn-route/vpn-route.handler';
import { VpnRoutePlanner } from './vpn-route/vpn-route.planner';
import { VpnRouteRepository } from './vpn-route/vpn-route.repository';
import { VpnRouteService } from './vpn-route/vpn-route.service';

/** Every long-running kind of work of this service. */
export const SAGAS = [
  CreatePrivateNetworkSaga,
  UpdatePrivateNetworkSaga,
  EnableDhcpSaga,
  ChangeSubnetsSaga,
  MigrateZonalSaga,
  SetRouterSaga,
  DeletePrivateNetworkSaga,
  CreateAttachmentSaga,
  UpdateAttachmentIpSaga,
  DeleteAttachmentSaga,
  EnableRoutingSaga,
  DeleteVpcSaga,
  CreateRouteSaga,
  UpdateRouteSaga,
  DeleteRouteSaga,
  CreatePeeringSaga,
  UpdatePeeringSaga,
  DeletePeeringSaga,
  ActivatePeeringSaga,
  DeactivatePeeringSaga,
];

const PROVIDERS = [
  IpamClient,
  VpcRepository,
  VpcService,
  PrivateNetworkRepository,
  PrivateNetworkService,
  SetRouterRepository,
  SetRouterService,
  AttachmentRepository,
  AttachmentService,
  InstanceRepository,
  InstanceService,
  RouteRepository,
  RouteFabric,
  RouteReader,
  NextHops,
  RouteService,
  PeeringRepository,
  PeeringFactsRepository,
  PeeringLinkRepository,
  PeeringJudge,
  PeeringService,
  PeeringCheckRepository,
  PeeringReconciler,
  GatewayPortRepository,
  GatewayPortService,
  VpnRouteRepository,
  VpnRoutePlanner,
  VpnRouteService,
];

export const MIGRATIONS = [opsMigrations, networkMigrations];

@Module({})
export class AppModule {
  /** `engine` lets a test interfere with the execution of operations. */
  static forRoot(config: NetworkConfig, logger: Logger, engine: Partial<OperationEngineOptions> = {}): DynamicModule {
    const { databaseUrl: url, redisUrl, operationLeaseMs: leaseMs } = config;
    const deadlineMs = config.operationDeadlineMs || undefined;
    const entities = [Vpc, PrivateNetwork, Instance, Attachment, Route, Peering, PeeringLink, GatewayPort, VpnRoute];
    return {
      module: AppModule,
      imports: [
        DatabaseModule.forService({ url, schema: 'network', entities, migrations: MIGRATIONS }),
        RpcModule.forRoot({ redisUrl, caller: 'network-svc' }),
        InboxModule.forService({ keep: OF_PENDING_OPERATION, companion: auditOfCommands }),
        FabricModule.forRoot(config),
      ],
      controllers: [
        VpcHandler,
        RouteHandler,
        PrivateNetworkHandler,
        AttachmentHandler,
        InstanceHandler,
        QuotaHandler,
        PeeringHandler,
        GatewayPortHandler,
        VpnRouteHandler,
      ],
      providers: [
        { provide: NETWORK_CONFIG, useValue: config },
        { provide: ProjectQuotas, useValue: new ProjectQuotas(config.quotas) },
        { provide: RECONCILER_LOG, useValue: logger },
        ...PROVIDERS,
        ...operationProviders({ service: 'network', redisUrl, leaseMs, deadlineMs, sagas: SAGAS, logger, ...engine }),
      ],
    };
  }
}
