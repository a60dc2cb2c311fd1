import { X509Certificate } from 'node:crypto';
import type { CreateCustomerGateway, UpdateCustomerGateway } from '@isthmus/contracts';
import type { CustomerGatewayView } from '@isthmus/model';
import { given } from '../../http/given';
import type {
  CertificateBody,
  CreateCustomerGatewayFields,
  CustomerGatewayBody,
  UpdateCustomerGatewayFields,
} from './customer-gateway.dto';

export function toCreateCommand(body: CreateCustomerGatewayFields): CreateCustomerGateway {
  return {
    idValue: body.id_value,
    ...given({
      name: body.name,
      idType: body.id_type,
      bgpAsn: body.bgp_asn,
      caCertificate: body.ca_certificate?.content,
      tags: body.tags,
    }),
  };
}

/** Undefined when the body changes nothing. */
export function toUpdateCommand(
  customerGatewayId: string,
  body: UpdateCustomerGatewayFields,
): UpdateCustomerGateway | undefined {
  const changes = given({ name: body.name, caCertificate: body.ca_certificate?.content });
  return Object.keys(changes).length > 0 ? { customerGatewayId, ...changes } : undefined;
}

export function toCustomerGatewayBody(gateway: CustomerGatewayView): CustomerGatewayBody {
  return {
    id: gateway.id,
    name: gateway.name,
    id_type: gateway.idType,
    id_value: gateway.idValue,
    ...given({
      bgp_asn: gateway.bgpAsn,
      ca_certificate: gateway.caCertificate === null ? undefined : toCertificateBody(gateway.caCertificate),
    }),
    created_at: gateway.createdAt,
    updated_at: gateway.updatedAt,
    tags: gateway.tags,
  };
}

/** What is in the certificate; the certificate itself is not answered. */
function toCertificateBody(pem: string): CertificateBody {
  const { serialNumber, issuer, subject, validTo } = new X509Certificate(pem);
  return {
    serial_number: serialNumber,
    issuer: onOneLine(issuer),
    subject: onOneLine(subject),
    expire_time: new Date(validTo).toISOString(),
    is_updatable: true,
  };
}

/** Node puts each part of a name on a line of its own. */
function onOneLine(name: string): string {
  return name.split('\n').join(', ');
}
