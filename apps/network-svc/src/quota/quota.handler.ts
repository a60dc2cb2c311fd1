import { Controller } from '@nestjs/common';
import { Ctx } from '@nestjs/microservices';
import {
  NETWORK_QUOTA_RESOURCES,
  type NetworkCalls,
  type NetworkQuota,
  type NetworkQuotaResource,
} from '@isthmus/contracts';
import { Database } from '@isthmus/db';
import { ProjectQuotas } from '@isthmus/quota';
import { Answers, RpcContext } from '@isthmus/rpc';

const AnswersNetwork = Answers<NetworkCalls>();

@Controller()
export class QuotaHandler {
  constructor(
    private readonly database: Database,
    private readonly quotas: ProjectQuotas<NetworkQuotaResource>,
  ) {}

  @AnswersNetwork('network-quota.list')
  async list(@Ctx() { projectId }: RpcContext): Promise<NetworkQuota[]> {
    const { limits } = this.quotas;
    const used = await this.quotas.used(this.database, projectId);
    return NETWORK_QUOTA_RESOURCES.map((resource) => ({ resource, limit: limits[resource], used: used[resource] }));
  }
}
