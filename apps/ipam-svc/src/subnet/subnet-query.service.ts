import { Injectable } from '@nestjs/common';
import type { Page, QuerySubnets } from '@isthmus/contracts';
import { Database } from '@isthmus/db';
import type { SubnetView } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import type { RpcContext } from '@isthmus/rpc';
import { sliceOf } from '../paging';
import { onlyUuids } from '../reference';
import { SubnetQueryRepository } from './subnet-query.repository';
import { viewOfSubnet } from './subnet.view';

/** Questions about the subnets of a project. */
@Injectable()
export class SubnetQueryService {
  constructor(
    private readonly database: Database,
    private readonly queries: SubnetQueryRepository,
  ) {}

  async query(request: QuerySubnets, { projectId }: RpcContext): Promise<Page<SubnetView>> {
    const { vpcId } = request;
    if (vpcId !== undefined && onlyUuids([vpcId])?.length === 0) {
      throw ProblemError.invalid('vpcId', 'vpcId is a UUID.', 'format');
    }
    const filters = { ...request, subnetIds: onlyUuids(request.subnetIds) };
    const { rows, totalCount } = await this.queries.page(this.database, projectId, filters, sliceOf(request.paging));
    return { items: rows.map(viewOfSubnet), totalCount };
  }
}
