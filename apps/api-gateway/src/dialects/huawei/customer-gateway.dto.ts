import { X509Certificate } from 'node:crypto';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';
import { IsPlainText } from '../../http/validators';
import { Answer } from './huawei.answers';
import { Choice, MAX_AS_NUMBER, Name, OptionalPart, Part, TagDto, Tags, WholeNumber } from './huawei.fields';
import { Limit, Marker, PageInfoBody } from './huawei.paging';

const ID_TYPES = ['ip', 'fqdn'] as const;
type IdType = (typeof ID_TYPES)[number];
const MAX_CERTIFICATE_LENGTH = 16_384;
export const MAX_CUSTOMER_GATEWAYS = 200;

function isCertificate(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > MAX_CERTIFICATE_LENGTH) return false;
  if (!value.trimStart().startsWith('-----BEGIN CERTIFICATE-----')) return false;
  try {
    return new X509Certificate(value).ca;
  } catch {
    return false;
  }
}

export class CertificateDto {
  @ApiProperty({ description: 'Of a certification authority, in PEM.' })
  @ValidateBy({
    name: 'certificate',
    validator: {
      validate: isCertificate,
      defaultMessage: () => '$property must be the certificate of a certification authority in PEM',
    },
  })
  content!: string;
}

export class CreateCustomerGatewayFields {
  @Name('Chosen when absent.')
  name?: string | null;

  @Choice(ID_TYPES, 'ip')
  id_type?: IdType | null;

  @ApiProperty({ minLength: 1, maxLength: 128, description: 'An IPv4 address with the id type ip.' })
  @IsPlainText(1, 128, { message: '$property must be text of 1 to 128 characters' })
  id_value!: string;

  @WholeNumber(1, MAX_AS_NUMBER)
  bgp_asn?: number | null;

  @OptionalPart(CertificateDto)
  ca_certificate?: CertificateDto | null;

  @Tags()
  tags?: TagDto[] | null;
}

export class CreateCustomerGatewayDto {
  @Part(CreateCustomerGatewayFields)
  customer_gateway!: CreateCustomerGatewayFields;
}

export class UpdateCustomerGatewayFields {
  @Name()
  name?: string | null;

  @OptionalPart(CertificateDto)
  ca_certificate?: CertificateDto | null;
}

export class UpdateCustomerGatewayDto {
  @Part(UpdateCustomerGatewayFields)
  customer_gateway!: UpdateCustomerGatewayFields;
}

export class ListCustomerGatewaysQuery {
  @Limit(MAX_CUSTOMER_GATEWAYS)
  limit?: number;

  @Marker()
  marker?: string;
}

export class CertificateBody {
  @ApiProperty()
  serial_number!: string;

  @ApiProperty()
  issuer!: string;

  @ApiProperty()
  subject!: string;

  @ApiProperty({ format: 'date-time' })
  expire_time!: string;

  @ApiProperty()
  is_updatable!: boolean;
}

export class CustomerGatewayBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ enum: ID_TYPES })
  id_type!: IdType;

  @ApiProperty()
  id_value!: string;

  @ApiPropertyOptional({ type: 'integer' })
  bgp_asn?: number;

  @ApiPropertyOptional({ type: CertificateBody })
  ca_certificate?: CertificateBody;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  @ApiProperty({ format: 'date-time' })
  updated_at!: string;

  @ApiProperty({ type: [TagDto] })
  tags!: TagDto[];
}

export class CustomerGatewayAnswer extends Answer {
  @ApiProperty({ type: CustomerGatewayBody })
  customer_gateway!: CustomerGatewayBody;
}

export class CustomerGatewayListAnswer extends Answer {
  @ApiProperty({ type: [CustomerGatewayBody] })
  customer_gateways!: CustomerGatewayBody[];

  @ApiProperty({ type: 'integer' })
  total_count!: number;

  @ApiProperty({ type: PageInfoBody })
  page_info!: PageInfoBody;
}
