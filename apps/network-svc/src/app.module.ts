import { type DynamicModule, Module } from '@nestjs/common';
import { DatabaseModule } from '@isthmus/db';
import {
  type OperationEngineOptions,
  operationProviders,
  opsMigrations,
  OF_PENDING_OPERATION,
} from '@isthmus/operations';
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
import { Instance } from './instance/instance.entity';
import { InstanceHandler } from './instance/instance.handler';
import { InstanceRepository } from './instance/instance.repository';
import { InstanceService } from './instance/instance.service';
import { networkMigrations } from './migrations';
import { CreatePrivateNetworkSaga } from './private-network/create-private-network.saga';
import { DeletePrivateNetworkSaga } from './private-network/delete-private-network.saga';
import { EnableDhcpSaga } from './private-network/enable-dhcp.saga';
import { PrivateNetwork } from './private-network/private-network.entity';
import { PrivateNetworkHandler } from './private-network/private-network.handler';
import { PrivateNetworkRepository } from './private-network/private-network.repository';
import { PrivateNetworkService } from './private-network/private-network.service';
import { UpdatePrivateNetworkSaga } from './private-network/update-private-network.saga';
import { Vpc } from './vpc/vpc.entity';
import { VpcRepository } from './vpc/vpc.repository';

/** Every long-running kind of work of this service. */
export const SAGAS = [
  CreatePrivateNetworkSaga,
  UpdatePrivateNetworkSaga,
  EnableDhcpSaga,
  DeletePrivateNetworkSaga,
  CreateAttachmentSaga,
  UpdateAttachmentIpSaga,
  DeleteAttachmentSaga,
];

export const MIGRATIONS = [opsMigrations, networkMigrations];

@Module({})
export class AppModule {
  /** `engine` lets a test interfere with the execution of operations. */
  static forRoot(config: NetworkConfig, logger: Logger, engine: Partial<OperationEngineOptions> = {}): DynamicModule {
    const { databaseUrl: url, redisUrl, operationLeaseMs: leaseMs } = config;
    const entities = [Vpc, PrivateNetwork, Instance, Attachment];
    return {
      module: AppModule,
      imports: [
        DatabaseModule.forService({ url, schema: 'network', entities, migrations: MIGRATIONS }),
        RpcModule.forRoot({ redisUrl, caller: 'network-svc' }),
        InboxModule.forService({ keep: OF_PENDING_OPERATION }),
        FabricModule.forRoot(config),
      ],
      controllers: [PrivateNetworkHandler, AttachmentHandler, InstanceHandler],
      providers: [
        { provide: NETWORK_CONFIG, useValue: config },
        IpamClient,
        VpcRepository,
        PrivateNetworkRepository,
        PrivateNetworkService,
        AttachmentRepository,
        AttachmentService,
        InstanceRepository,
        InstanceService,
        ...operationProviders({ service: 'network', redisUrl, leaseMs, sagas: SAGAS, logger, ...engine }),
      ],
    };
  }
}
