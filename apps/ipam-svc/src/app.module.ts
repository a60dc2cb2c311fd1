import { type DynamicModule, Module } from '@nestjs/common';
import { DatabaseModule } from '@isthmus/db';
import { opsMigrations, OF_PENDING_OPERATION } from '@isthmus/operations';
import { InboxModule } from '@isthmus/rpc';
import { IpAddress } from './address/address.entity';
import { AddressHandler } from './address/address.handler';
import { AddressRefusals } from './address/address.refusals';
import { AddressRepository } from './address/address.repository';
import { AddressService } from './address/address.service';
import type { IpamConfig } from './config';
import { ipamMigrations } from './migrations';
import { UndoNote } from './request/request.entity';
import { RequestHandler } from './request/request.handler';
import { RequestRepository } from './request/request.repository';
import { RequestService } from './request/request.service';
import { Subnet } from './subnet/subnet.entity';
import { SubnetHandler } from './subnet/subnet.handler';
import { SubnetRepository } from './subnet/subnet.repository';
import { SubnetService } from './subnet/subnet.service';

export const MIGRATIONS = [opsMigrations, ipamMigrations];

@Module({})
export class AppModule {
  static forRoot({ databaseUrl: url }: Pick<IpamConfig, 'databaseUrl'>): DynamicModule {
    const entities = [Subnet, IpAddress, UndoNote];
    return {
      module: AppModule,
      imports: [
        DatabaseModule.forService({ url, schema: 'ipam', entities, migrations: MIGRATIONS }),
        InboxModule.forService({ keep: OF_PENDING_OPERATION }),
      ],
      controllers: [SubnetHandler, AddressHandler, RequestHandler],
      providers: [
        SubnetService,
        SubnetRepository,
        AddressService,
        AddressRepository,
        AddressRefusals,
        RequestService,
        RequestRepository,
      ],
    };
  }
}
