import { Module } from '@nestjs/common';
import { OperationsModule } from '../../operations/operations.module';
import { HealthController } from './health.controller';
import { OperationController } from './operation.controller';
import { Readiness } from './readiness';

@Module({
  imports: [OperationsModule],
  controllers: [OperationController, HealthController],
  providers: [Readiness],
})
export class NativeModule {}
