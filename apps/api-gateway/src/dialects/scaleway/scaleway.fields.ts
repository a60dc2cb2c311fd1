import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsBoolean, IsOptional, IsString, IsUUID, ValidateIf } from 'class-validator';
import { IsPlainText, QueryBoolean, Repeated } from '../../http/validators';
import { PageQuery } from './scaleway.paging';

const MAX_TAGS = 64;
const MAX_IDS = 100;

/** Ids are lower case wherever we write them; callers may write them otherwise. */
export const LowerCase = (): PropertyDecorator =>
  Transform(({ value }) => (typeof value === 'string' ? value.toLowerCase() : value));

const LowerCaseEach = (): PropertyDecorator =>
  Transform(({ value }) =>
    Array.isArray(value) ? value.map((item) => (typeof item === 'string' ? item.toLowerCase() : item)) : value,
  );

/** The tags of a body; null and absent leave them as they are. */
export const TagList = (): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ type: [String] }),
    IsOptional(),
    IsArray(),
    ArrayMaxSize(MAX_TAGS),
    IsPlainText(1, 255, { each: true }),
  );

/** A project in a body. Any text is one: what is none of the caller's is not found. */
export const ProjectId = (): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ format: 'uuid', description: 'The project of the key when absent.' }),
    IsOptional(),
    IsString(),
    LowerCase(),
  );

/** One id, in a body or a query. */
export const OptionalId = (description?: string): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ format: 'uuid', ...(description ? { description } : {}) }),
    IsOptional(),
    IsUUID('all'),
    LowerCase(),
  );

/** The same where the clients write an empty text for "none". */
export const OptionalIdOrNone = (description?: string): PropertyDecorator =>
  applyDecorators(
    OptionalId(description),
    ValidateIf((_object, value) => value !== ''),
  );

/** Several ids in a body. */
export const OptionalIds = (max = MAX_IDS, description?: string): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ type: [String], format: 'uuid', ...(description ? { description } : {}) }),
    IsOptional(),
    IsArray(),
    ArrayMaxSize(max),
    IsUUID('all', { each: true }),
    LowerCaseEach(),
  );

/** Several ids in a query, each an argument of that name. */
export const IdFilter = (): PropertyDecorator => applyDecorators(Repeated(), OptionalIds());

/** Several tags in a query. */
export const TagFilter = (description: string): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ type: [String], description }),
    IsOptional(),
    Repeated(),
    IsArray(),
    ArrayMaxSize(MAX_TAGS),
    IsPlainText(1, 255, { each: true }),
  );

/** Part of a name in a query. */
export const NameFilter = (): PropertyDecorator =>
  applyDecorators(ApiPropertyOptional({ description: 'Part of the name.' }), IsOptional(), IsPlainText(1, 255));

/** Yes or no in a query. */
export const BooleanFilter = (description?: string): PropertyDecorator =>
  applyDecorators(ApiPropertyOptional(description ? { description } : {}), IsOptional(), QueryBoolean(), IsBoolean());

const TenantId = (): PropertyDecorator =>
  applyDecorators(ApiPropertyOptional({ format: 'uuid' }), IsOptional(), IsString(), LowerCase());

/** What every list of the newer APIs takes. */
export class TenantPageQuery extends PageQuery {
  @TenantId()
  organization_id?: string;

  @TenantId()
  project_id?: string;
}
