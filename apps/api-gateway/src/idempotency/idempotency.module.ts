import { Global, Module } from '@nestjs/common';
import { IdentityModule } from '../identity/identity.module';
import { Idempotency } from './idempotency';
import { IdempotencyPurger } from './idempotency.purger';
import { IdempotencyRepository } from './idempotency.repository';
import { LocalWork } from './local-work';

/** Global, as every mutation that the gateway does by itself needs it. */
@Global()
@Module({
  imports: [IdentityModule],
  providers: [Idempotency, IdempotencyPurger, IdempotencyRepository, LocalWork],
  exports: [Idempotency, LocalWork],
})
export class IdempotencyModule {}
