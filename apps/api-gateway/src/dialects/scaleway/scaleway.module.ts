import { Module } from '@nestjs/common';
import { ClientsModule } from '../../clients/clients.module';
import { OperationsModule } from '../../operations/operations.module';
import { ScalewayPrivateNetworkController } from './private-network.controller';
import { ScalewayPrivateNicController } from './private-nic.controller';
import { ScalewayAnswers } from './scaleway.answers';

@Module({
  imports: [ClientsModule, OperationsModule],
  controllers: [ScalewayPrivateNetworkController, ScalewayPrivateNicController],
  providers: [ScalewayAnswers],
})
export class ScalewayModule {}
