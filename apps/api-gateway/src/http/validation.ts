import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';
import { ProblemError, type Violation } from '@isthmus/problem';

/** Checks a body or query against its DTO; unknown members are dropped and never reach a command. */
class DtoPipe implements PipeTransform {
  transform(value: unknown, { metatype, type }: ArgumentMetadata): object {
    if (!metatype) throw new Error('a validated argument needs a DTO class for its type');
    const dto = plainToInstance(metatype, type === 'query' ? withoutBlanks(value) : bodyOf(value)) as object;
    const errors = validateSync(dto, { whitelist: true, validationError: { target: false } });
    if (errors.length > 0) throw invalidArguments(errors);
    return dto;
  }
}

/** `@Body(validated) body: SomeDto` and `@Query(validated) query: SomeDto`. */
export const validated = new DtoPipe();

/** A body that was not sent is told what it lacks, like an empty one. */
function bodyOf(value: unknown): object {
  if (value === undefined) return {};
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new ProblemError('malformed-body', 'The body must be a JSON object.');
}

/** `?name=&page=2` says nothing about the name. */
function withoutBlanks(query: unknown): object {
  const isMeant = ([name, value]: [string, unknown]): boolean => value !== '' && name !== 'constructor';
  return Object.fromEntries(Object.entries(query ?? {}).filter(isMeant));
}

function invalidArguments(errors: ValidationError[]): ProblemError {
  const violations = errors.flatMap((error) => violationsOf(error, ''));
  return new ProblemError('invalid-argument', violations.map(({ message }) => message).join('; '), { violations });
}

function violationsOf(error: ValidationError, parent: string): Violation[] {
  const field = parent ? `${parent}.${error.property}` : error.property;
  const nested = (error.children ?? []).flatMap((child) => violationsOf(child, field));
  const own = violationOf(error, field);
  return own ? [own, ...nested] : nested;
}

/** One complaint per member: that it is missing, else that it is of the wrong kind, else what is wrong with it. */
function violationOf({ constraints, property, value }: ValidationError, field: string): Violation | undefined {
  if (!constraints) return undefined;
  if (value === undefined || value === null) return { field, rule: 'required', message: `${field} is required` };
  const complaints = Object.entries(constraints).map(([name, text]): Violation => ({
    field,
    rule: ruleOf(name),
    message: text.replace(property, field),
  }));
  return complaints.find(({ rule }) => rule === 'format') ?? complaints[0];
}

function ruleOf(constraint: string): Violation['rule'] {
  return /length|min|max|size|plainText|labels/i.test(constraint) ? 'constraint' : 'format';
}
