import { Module } from '@nestjs/common';
import { ClientsModule } from '../../clients/clients.module';
import { OperationsModule } from '../../operations/operations.module';
import { ScalewayIpController } from './ip.controller';
import { ScalewaySubnetController } from './subnet.controller';
import { ScalewayPrivateNetworkController } from './private-network.controller';
import { ScalewayPrivateNicController } from './private-nic.controller';
import { ScalewayRouteController } from './route.controller';
import { ScalewayAnswers } from './scaleway.answers';
import { ScalewayVpcController } from './vpc.controller';

@Module({
  imports: [ClientsModule, OperationsModule],
  controllers: [
    ScalewayVpcController,
    ScalewayPrivateNetworkController,
    ScalewaySubnetController,
    ScalewayRouteController,
    ScalewayPrivateNicController,
    ScalewayIpController,
  ],
  providers: [ScalewayAnswers],
})
export class ScalewayModule {}
