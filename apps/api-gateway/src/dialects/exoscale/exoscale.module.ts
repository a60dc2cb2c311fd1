import { Module } from '@nestjs/common';
import { ClientsModule } from '../../clients/clients.module';
import { OperationsModule } from '../../operations/operations.module';
import { ExoscaleAttachmentController } from './attachment.controller';
import { ExoscaleAnswers } from './exoscale.answers';
import { ExoscaleInstanceController } from './instance.controller';
import { ExoscaleOperationController } from './operation.controller';
import { ExoscalePrivateNetworkController } from './private-network.controller';
import { ExoscaleQuotaController } from './quota.controller';
import { ExoscaleZoneController } from './zone.controller';

@Module({
  imports: [ClientsModule, OperationsModule],
  controllers: [
    ExoscaleZoneController,
    ExoscaleAttachmentController,
    ExoscalePrivateNetworkController,
    ExoscaleOperationController,
    ExoscaleInstanceController,
    ExoscaleQuotaController,
  ],
  providers: [ExoscaleAnswers],
})
export class ExoscaleModule {}
