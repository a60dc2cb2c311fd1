import { applyDecorators, type Type as Class } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsDefined,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateNested,
  type ValidationOptions,
} from 'class-validator';
import type { AddressFamily } from '@isthmus/model';
import { AreCidrs } from '../../http/validators';

const NAME = /^[A-Za-z0-9_.-]{1,64}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const UUID_OR_ZERO = /^(0|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
const TAG_KEY = /^[\p{L}\p{N} _.:=+@-]{1,128}$/u;
const TAG_VALUE = /^[\p{L}\p{N} _.:=+@-]{0,255}$/u;
const MAX_TAGS = 20;
const MAX_SUBNETS = 50;
export const MAX_AS_NUMBER = 4_294_967_295;

export const Name = (description?: string): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ minLength: 1, maxLength: 64, pattern: NAME.source, description }),
    IsOptional(),
    Matches(NAME, { message: '$property must be 1 to 64 letters, digits, underscores, hyphens or periods' }),
  );

const isUuid = (): PropertyDecorator => Matches(UUID, { message: '$property must be a UUID of 36 characters' });

export const Id = (): PropertyDecorator => applyDecorators(ApiProperty({ format: 'uuid' }), isUuid());

export const OptionalId = (description?: string): PropertyDecorator =>
  applyDecorators(ApiPropertyOptional({ format: 'uuid', description }), IsOptional(), isUuid());

export const IsEnterpriseProjectId = (options: ValidationOptions = {}): PropertyDecorator =>
  Matches(UUID_OR_ZERO, { ...options, message: '$property must be a UUID of 36 characters, or 0' });

export const EnterpriseProjectId = (): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ default: '0', description: 'A UUID, or 0.' }),
    IsOptional(),
    IsEnterpriseProjectId(),
  );

const isOneOf = (values: readonly string[]): PropertyDecorator =>
  IsIn(values, { message: `$property must be one of ${values.join(', ')}` });

/** One of a few words. */
export const Choice = (values: readonly string[], fallback?: string): PropertyDecorator =>
  applyDecorators(ApiPropertyOptional({ enum: values, default: fallback }), IsOptional(), isOneOf(values));

export const RequiredChoice = (values: readonly string[]): PropertyDecorator =>
  applyDecorators(ApiProperty({ enum: values }), isOneOf(values));

const inRange = (min: number, max: number): PropertyDecorator => {
  const message = `$property must be a whole number from ${min} to ${max}`;
  return applyDecorators(IsInt({ message }), Min(min, { message }), Max(max, { message }));
};

export const WholeNumber = (min: number, max: number, fallback?: number): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ type: 'integer', minimum: min, maximum: max, default: fallback }),
    IsOptional(),
    inRange(min, max),
  );

export const RequiredWholeNumber = (min: number, max: number): PropertyDecorator =>
  applyDecorators(ApiProperty({ type: 'integer', minimum: min, maximum: max }), inRange(min, max));

export const Flag = (): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ default: false }),
    IsOptional(),
    IsBoolean({ message: '$property must be true or false' }),
  );

function areOf(family: AddressFamily): PropertyDecorator {
  const isOf = (text: unknown): boolean => typeof text === 'string' && text.includes(':') === (family === 6);
  const message = `$property must be networks of IPv${family}`;
  const validate = (value: unknown): boolean => Array.isArray(value) && value.every(isOf);
  return ValidateBy({ name: 'cidrFamily', validator: { validate, defaultMessage: () => message } });
}

const networks = (): PropertyDecorator =>
  applyDecorators(
    ArrayMaxSize(MAX_SUBNETS, { message: `$property must be at most ${MAX_SUBNETS} networks` }),
    IsString({ each: true, message: '$property must be a list of networks in CIDR notation' }),
    AreCidrs(),
  );

/** Up to 50 networks, of one address family if that is given. */
export const Subnets = (family?: AddressFamily): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ type: [String], maxItems: MAX_SUBNETS, example: ['192.168.0.0/24'] }),
    IsOptional(),
    IsArray({ message: '$property must be a list of networks in CIDR notation' }),
    networks(),
    ...(family ? [areOf(family)] : []),
  );

/** The same where the list cannot be left out. */
export const RequiredSubnets = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ type: [String], maxItems: MAX_SUBNETS, example: ['192.168.0.0/24'] }),
    IsArray({ message: '$property must be a list of networks in CIDR notation' }),
    networks(),
  );

const isObjectOf = (type: Class): PropertyDecorator => {
  const message = '$property must be an object';
  return applyDecorators(
    IsObject({ message }),
    ValidateNested({ message }),
    Type(() => type),
  );
};

/** An object that must be there. */
export const Part = (type: Class): PropertyDecorator =>
  applyDecorators(ApiProperty({ type }), IsDefined({ message: '$property is required' }), isObjectOf(type));

export const OptionalPart = (type: Class): PropertyDecorator =>
  applyDecorators(ApiPropertyOptional({ type }), IsOptional(), isObjectOf(type));

/** A list of objects. */
export const areObjectsOf = (type: Class, max: number): PropertyDecorator => {
  const message = `$property must be a list of at most ${max} objects`;
  return applyDecorators(
    IsArray({ message }),
    ArrayMaxSize(max, { message }),
    // Nested validation passes over null, so that alone would let it in.
    IsObject({ each: true, message }),
    ValidateNested({ each: true, message }),
    Type(() => type),
  );
};

export class TagDto {
  @ApiProperty({ minLength: 1, maxLength: 128 })
  @Matches(TAG_KEY, { message: '$property must be 1 to 128 letters, digits, spaces or any of _ . : = + - @' })
  key!: string;

  @ApiProperty({ maxLength: 255 })
  @Matches(TAG_VALUE, { message: '$property must be up to 255 letters, digits, spaces or any of _ . : = + - @' })
  value!: string;
}

const keyOf = (tag: TagDto | null): string | undefined => tag?.key;

export const Tags = (): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ type: [TagDto], maxItems: MAX_TAGS }),
    IsOptional(),
    areObjectsOf(TagDto, MAX_TAGS),
    ArrayUnique(keyOf, { message: '$property must not have a key twice' }),
  );
