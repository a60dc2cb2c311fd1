import { Module } from '@nestjs/common';
import { GatewayConfig } from '../config';
import { ApiKeyRepository } from './api-key.repository';
import { Bootstrap } from './bootstrap';
import { KeyRing } from './key-ring';
import { SecretBox } from '@isthmus/secrets';

@Module({
  providers: [
    ApiKeyRepository,
    Bootstrap,
    KeyRing,
    {
      provide: SecretBox,
      useFactory: (config: GatewayConfig) => new SecretBox(config.masterKey),
      inject: [GatewayConfig],
    },
  ],
  exports: [KeyRing, SecretBox],
})
export class IdentityModule {}
