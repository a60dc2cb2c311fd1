import { Module } from '@nestjs/common';
import { OperationReader } from './operation.reader';
import { SettleWindow } from './settle-window';

@Module({ providers: [OperationReader, SettleWindow], exports: [OperationReader, SettleWindow] })
export class OperationsModule {}
