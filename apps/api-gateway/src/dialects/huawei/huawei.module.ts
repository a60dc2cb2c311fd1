import { Module } from '@nestjs/common';
import { ClientsModule } from '../../clients/clients.module';
import { IdentityModule } from '../../identity/identity.module';
import { HuaweiGroupedZonesController, HuaweiZonesController } from './availability-zone.controller';
import { HuaweiCustomerGatewayController } from './customer-gateway.controller';
import { HuaweiQuotaController } from './quota.controller';
import { HuaweiVpnConnectionController } from './vpn-connection.controller';
import { HuaweiVpnGatewayController } from './vpn-gateway.controller';

@Module({
  imports: [ClientsModule, IdentityModule],
  controllers: [
    HuaweiGroupedZonesController,
    HuaweiZonesController,
    HuaweiVpnGatewayController,
    HuaweiQuotaController,
    HuaweiCustomerGatewayController,
    HuaweiVpnConnectionController,
  ],
})
export class HuaweiModule {}
