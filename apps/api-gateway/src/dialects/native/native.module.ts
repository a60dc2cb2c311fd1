import { Module } from '@nestjs/common';
import { ClientsModule } from '../../clients/clients.module';
import { OperationsModule } from '../../operations/operations.module';
import { HealthController } from './health.controller';
import { OperationController } from './operation.controller';
import { PeeringController } from './peering.controller';
import { Readiness } from './readiness';

@Module({
  imports: [ClientsModule, OperationsModule],
  controllers: [OperationController, PeeringController, HealthController],
  providers: [Readiness],
})
export class NativeModule {}
