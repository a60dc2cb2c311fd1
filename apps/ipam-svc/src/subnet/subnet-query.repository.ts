import { Injectable } from '@nestjs/common';
import type { QuerySubnets } from '@isthmus/contracts';
import { type Queryable, selectList } from '@isthmus/db';
import { Subnet } from './subnet.entity';
import type { SubnetRow } from './subnet.repository';

/** Pages of subnets, skipped to in the index of their order. */
@Injectable()
export class SubnetQueryRepository {
  async page(
    db: Queryable,
    projectId: string,
    { region, orderBy = 'created_at_desc', subnetIds, vpcId }: Omit<QuerySubnets, 'paging'>,
    { limit, offset }: { limit: number; offset: number },
  ): Promise<{ rows: SubnetRow[]; totalCount: number }> {
    const direction = orderBy === 'created_at_desc' ? 'DESC' : 'ASC';
    const values = [projectId, region, subnetIds ?? null, vpcId ?? null];
    const where = `s.project_id = $1 AND s.region = $2 AND ($3::uuid[] IS NULL OR s.id = ANY ($3))
                   AND ($4::uuid IS NULL OR s.vpc_id = $4)`;
    const [count] = await db.query<{ count: string }>(`SELECT count(*) FROM ipam.subnet s WHERE ${where}`, values);
    const rows = await db.queryDynamic<SubnetRow>(
      `WITH page AS MATERIALIZED (
         SELECT s.id FROM ipam.subnet s WHERE ${where} ORDER BY s.created_at ${direction}, s.id ${direction}
          LIMIT ${limit} OFFSET ${offset})
       SELECT ${selectList(Subnet, 's')} FROM page JOIN ipam.subnet s USING (id)
        ORDER BY s.created_at ${direction}, s.id ${direction}`,
      values,
    );
    return { rows, totalCount: Number(count?.count ?? 0) };
  }
}
