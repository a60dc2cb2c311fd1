import type { CustomerGatewayView } from '@isthmus/model';
import type { CustomerGateway } from './customer-gateway.entity';

export function toCustomerGatewayView(customerGateway: CustomerGateway): CustomerGatewayView {
  const { id, projectId, name, idType, idValue, bgpAsn, caCertificate, tags, createdAt, updatedAt } = customerGateway;
  return {
    id,
    projectId,
    name,
    idType,
    idValue,
    bgpAsn: bgpAsn === null ? null : Number(bgpAsn),
    caCertificate,
    tags,
    createdAt,
    updatedAt,
  };
}
