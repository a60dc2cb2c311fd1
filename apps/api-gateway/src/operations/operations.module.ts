import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module';
import { OperationAccess } from './operation-access';
import { OperationCanceller } from './operation-canceller';
import { OperationList } from './operation-list';
import { OperationReader } from './operation.reader';
import { OperationStreams } from './operation-streams';
import { OperationWatch } from './operation-watch';
import { PollLimiter } from './poll-limiter';
import { SettleWindow } from './settle-window';

const OPEN = [OperationReader, OperationAccess, OperationList, OperationCanceller, OperationStreams, SettleWindow];

@Module({
  imports: [AuditModule],
  providers: [...OPEN, OperationWatch, PollLimiter],
  exports: [...OPEN, OperationWatch],
})
export class OperationsModule {}
