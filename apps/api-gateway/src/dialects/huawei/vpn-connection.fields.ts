import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, ValidateBy } from 'class-validator';
import { parseCidr, tryParseAddress } from '@isthmus/cidr';
import { isUuid } from '../../http/validators';

/** A check of one value with the message it fails with. */
function check(name: string, validate: (value: unknown) => boolean, message: string): PropertyDecorator {
  return ValidateBy({ name, validator: { validate, defaultMessage: () => message } });
}

const PSK_CHARACTERS = /^[A-Za-z0-9~!@#$%^*()\-_+={ },./:;]{8,128}$/;
const PSK_KINDS = [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/];

function isPsk(value: unknown): boolean {
  if (typeof value !== 'string' || !PSK_CHARACTERS.test(value)) return false;
  return PSK_KINDS.filter((kind) => kind.test(value)).length >= 3;
}

/** Its message never repeats the value. */
export const Psk = (): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ minLength: 8, maxLength: 128, writeOnly: true, format: 'password' }),
    IsOptional(),
    check(
      'psk',
      isPsk,
      '$property must have 8 to 128 characters of at least three kinds: upper-case letters, lower-case letters, digits, and ~!@#$%^*()-_+={ },./:;',
    ),
  );

const TUNNEL_ADDRESS = /^169\.254\.(?!195\.)(\d{1,3})\.(\d{1,3})\/30$/;

/** Networks of 30 bits have two hosts: the second and third of four addresses. */
function isTunnelAddress(value: unknown): boolean {
  const lastOctet = Number(typeof value === 'string' ? TUNNEL_ADDRESS.exec(value)?.[2] : undefined);
  if (tryParseAddress(String(value).split('/')[0] ?? '')?.family !== 4) return false;
  return lastOctet % 4 === 1 || lastOctet % 4 === 2;
}

export const TunnelAddress = (): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ example: '169.254.76.1/30', description: 'Chosen when absent.' }),
    IsOptional(),
    check(
      'tunnelAddress',
      isTunnelAddress,
      '$property must be a host address in 169.254.0.0/16 but outside 169.254.195.0/24, with the prefix /30',
    ),
  );

const isGatewayIp = (value: unknown): boolean =>
  typeof value === 'string' && (isUuid(value.toLowerCase()) || tryParseAddress(value)?.family === 4);
const GATEWAY_IP = '$property must be the UUID of a public address or a private IPv4 address';

/** The endpoint of a gateway: its public address by id, or its private address. */
export const GatewayIp = (): PropertyDecorator =>
  applyDecorators(ApiProperty({ description: GATEWAY_IP }), check('gatewayIp', isGatewayIp, GATEWAY_IP));

export const OptionalGatewayIp = (): PropertyDecorator =>
  applyDecorators(ApiPropertyOptional(), IsOptional(), check('gatewayIp', isGatewayIp, GATEWAY_IP));

function isNetwork(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    return parseCidr(value).prefixLength >= 0;
  } catch {
    return false;
  }
}

export const Subnet = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ example: '192.168.0.0/24' }),
    check('cidr', isNetwork, '$property must be a network in CIDR notation without host bits'),
  );

function haveOneGateway(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  return new Set(value.map((item: { vgw_id?: unknown } | null) => String(item?.vgw_id).toLowerCase())).size <= 1;
}

export const OfOneGateway = (): PropertyDecorator =>
  check('oneGateway', haveOneGateway, '$property must have the same vgw_id in all of them');
