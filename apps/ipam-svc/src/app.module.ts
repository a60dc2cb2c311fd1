import { type DynamicModule, Module } from '@nestjs/common';
import { Database, DatabaseModule } from '@isthmus/db';
import { auditOfCommands, opsMigrations, OF_PENDING_OPERATION } from '@isthmus/operations';
import { InboxModule } from '@isthmus/rpc';
import { IpAddress } from './address/address.entity';
import { AddressHandler } from './address/address.handler';
import { AddressRefusals } from './address/address.refusals';
import { AddressRepository } from './address/address.repository';
import { AddressQueryRepository } from './address/address-query.repository';
import { AddressQueryService } from './address/address-query.service';
import { AddressService } from './address/address.service';
import { AddressSetRepository } from './address/address-set.repository';
import { AddressSetService } from './address/address-set.service';
import { BookingHandler } from './address/booking.handler';
import { BookingService } from './address/booking.service';
import { OwnerTypes } from './address/owner-types';
import { OwnershipService } from './address/ownership.service';
import type { IpamConfig } from './config';
import { ipamMigrations } from './migrations';
import { PoolMetrics } from './pool/pool.metrics';
import { PoolRepository } from './pool/pool.repository';
import { PoolSeeder } from './pool/pool.seeder';
import { UndoNote } from './request/request.entity';
import { RequestHandler } from './request/request.handler';
import { RequestRepository } from './request/request.repository';
import { RequestService } from './request/request.service';
import { Subnet } from './subnet/subnet.entity';
import { SubnetHandler } from './subnet/subnet.handler';
import { SubnetQueryRepository } from './subnet/subnet-query.repository';
import { SubnetQueryService } from './subnet/subnet-query.service';
import { SubnetRepository } from './subnet/subnet.repository';
import { SubnetService } from './subnet/subnet.service';

export const MIGRATIONS = [opsMigrations, ipamMigrations];

@Module({})
export class AppModule {
  static forRoot({ databaseUrl: url, pools, ownerTypes }: Omit<IpamConfig, 'redisUrl'>): DynamicModule {
    const entities = [Subnet, IpAddress, UndoNote];
    return {
      module: AppModule,
      imports: [
        DatabaseModule.forService({ url, schema: 'ipam', entities, migrations: MIGRATIONS }),
        InboxModule.forService({ keep: OF_PENDING_OPERATION, companion: auditOfCommands }),
      ],
      controllers: [SubnetHandler, AddressHandler, BookingHandler, RequestHandler],
      providers: [
        SubnetService,
        SubnetRepository,
        SubnetQueryService,
        SubnetQueryRepository,
        AddressService,
        AddressSetService,
        AddressSetRepository,
        BookingService,
        OwnershipService,
        AddressQueryService,
        AddressQueryRepository,
        AddressRepository,
        AddressRefusals,
        RequestService,
        RequestRepository,
        PoolRepository,
        PoolMetrics,
        { provide: OwnerTypes, useValue: new OwnerTypes(ownerTypes) },
        {
          provide: PoolSeeder,
          useFactory: (database: Database, repository: PoolRepository) => new PoolSeeder(database, repository, pools),
          inject: [Database, PoolRepository],
        },
      ],
    };
  }
}
