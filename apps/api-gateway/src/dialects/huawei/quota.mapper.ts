import type { VpnQuota, VpnQuotaResource } from '@isthmus/contracts';
import type { QuotaBody, QuotaType } from './quota.dto';

const TYPES: Record<VpnQuotaResource, QuotaType> = {
  'vpn-gateway': 'vpn_gateway',
  'customer-gateway': 'customer_gateway',
  'vpn-connection': 'vpn_connection',
};

export function toQuotaBody({ resource, limit, used }: VpnQuota): QuotaBody {
  return { type: TYPES[resource], quota: limit, used };
}
