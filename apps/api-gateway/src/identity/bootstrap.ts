import { hash } from 'node:crypto';
import { Injectable, OnModuleInit } from '@nestjs/common';
import { GatewayConfig } from '../config';
import { ApiKeyRepository } from './api-key.repository';
import { SecretBox } from '@isthmus/secrets';

/** Makes the first project and key from the settings. Running it again, or on several gateways at once, changes nothing. */
@Injectable()
export class Bootstrap implements OnModuleInit {
  constructor(
    private readonly config: GatewayConfig,
    private readonly keys: ApiKeyRepository,
    private readonly box: SecretBox,
  ) {}

  async onModuleInit(): Promise<void> {
    const { bootstrap } = this.config;
    if (!bootstrap) return;
    // One organization per installation to begin with: it carries the id of its first project.
    await this.keys.addProject(bootstrap.projectId, bootstrap.projectId, 'default');
    await this.keys.putKey({
      accessKey: bootstrap.accessKey,
      projectId: bootstrap.projectId,
      secretSha256: Buffer.from(hash('sha256', bootstrap.secretKey, 'hex'), 'hex'),
      secretSealed: this.box.seal(bootstrap.secretKey, bootstrap.accessKey),
      masterKeyId: this.box.keyId,
      scope: 'admin',
    });
  }
}
