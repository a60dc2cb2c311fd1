import { Module } from '@nestjs/common';
import { ClientsModule } from '../../clients/clients.module';
import { OperationsModule } from '../../operations/operations.module';
import { UpcloudAccountController } from './account.controller';
import { UpcloudNetworkPeeringController } from './network-peering.controller';
import { UpcloudNetworkController } from './network.controller';
import { NetworkReader } from './network.reader';
import { RegionFinder } from './region-finder';
import { UpcloudRouterController } from './router.controller';
import { RouterReader } from './router.reader';
import { UpcloudAnswers } from './upcloud.answers';
import { UpcloudZoneController } from './zone.controller';
import { ZoneNames } from './zone-names';

@Module({
  imports: [ClientsModule, OperationsModule],
  controllers: [
    UpcloudAccountController,
    UpcloudZoneController,
    UpcloudNetworkController,
    UpcloudRouterController,
    UpcloudNetworkPeeringController,
  ],
  providers: [UpcloudAnswers, NetworkReader, RouterReader, RegionFinder, ZoneNames],
})
export class UpcloudModule {}
