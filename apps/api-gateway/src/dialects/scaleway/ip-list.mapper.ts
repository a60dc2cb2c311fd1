import type { QueryAddresses } from '@isthmus/contracts';
import { ProblemError, type Violation } from '@isthmus/problem';
import { given } from '../../http/given';
import type { ListIpsQuery } from './ip-list.dto';
import { toPaging } from './scaleway.paging';

const ANY_TYPE = 'unknown_type';

/** `zone` is as the topology names it. Throws `invalid-argument` when two filters leave nothing to match. */
export function toAddressQuery(query: ListIpsQuery, region: string, zone?: string): QueryAddresses {
  const type = query.resource_type === ANY_TYPE ? undefined : query.resource_type;
  const types = query.resource_types?.filter((each) => each !== ANY_TYPE);
  const ownerTypes = bothOf(['resource_type', type], ['resource_types', types?.length ? types : undefined]);
  const ownerIds = bothOf(['resource_id', query.resource_id], ['resource_ids', query.resource_ids]);
  const sourceVpcIds = query.source_vpc_id === undefined ? undefined : [query.source_vpc_id];
  const vpcIds = bothOf(['vpc_id', query.vpc_id], ['source_vpc_id', sourceVpcIds]);
  return {
    region,
    paging: toPaging(query.page, query.page_size),
    orderBy: query.order_by ?? 'created_at_desc',
    ...given({
      zone,
      privateNetworkId: query.private_network_id,
      subnetId: query.subnet_id,
      vpcId: vpcIds?.[0],
      isAttached: query.attached,
      resourceName: query.resource_name,
      ownerIds,
      ownerTypes,
      macAddress: query.mac_address,
      tags: query.tags,
      addressIds: query.ip_ids,
    }),
    ...(query.is_ipv6 === undefined ? {} : { family: query.is_ipv6 ? (6 as const) : (4 as const) }),
  };
}

type Filter<Value> = [name: string, value: Value | undefined];

/** What satisfies a filter of one value and one of several; undefined when neither is given. */
function bothOf<Value>([oneName, one]: Filter<Value>, [name, several]: Filter<Value[]>): Value[] | undefined {
  if (one === undefined) return several;
  if (!several || several.includes(one)) return [one];
  throw contradiction([oneName, name]);
}

function contradiction(fields: string[]): ProblemError {
  const message = `${fields.join(' and ')} contradict each other; leave one out`;
  const violations = fields.map((field): Violation => ({ field, rule: 'constraint', message }));
  return new ProblemError('invalid-argument', message, { violations });
}
