import { Injectable, OnModuleInit } from '@nestjs/common';
import { SecretBox } from '@isthmus/secrets';
import { GatewayConfig } from '../config';
import { ApiKeyRepository } from './api-key.repository';
import { keptSecret } from './new-secret';
import { ProjectRepository } from './project.repository';

/** Makes the first project and key from the settings. Running it again, or on several gateways at once, changes nothing. */
@Injectable()
export class Bootstrap implements OnModuleInit {
  constructor(
    private readonly config: GatewayConfig,
    private readonly projects: ProjectRepository,
    private readonly keys: ApiKeyRepository,
    private readonly box: SecretBox,
  ) {}

  async onModuleInit(): Promise<void> {
    const { bootstrap } = this.config;
    if (!bootstrap) return;
    const { projectId, accessKey, secretKey } = bootstrap;
    // One organization per installation to begin with: it carries the id of its first project.
    const first = { id: projectId, organizationId: projectId, name: 'default' };
    await this.projects.ensure(first);
    await this.keys.putBootstrap({ accessKey, projectId, ...keptSecret(this.box, secretKey, accessKey) });
  }
}
