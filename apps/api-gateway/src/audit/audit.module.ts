import { Module } from '@nestjs/common';
import { AuditList } from './audit.list';
import { AuditSealer } from './audit.sealer';
import { AuditWriter } from './audit.writer';

@Module({ providers: [AuditWriter, AuditList, AuditSealer], exports: [AuditWriter, AuditList] })
export class AuditModule {}
