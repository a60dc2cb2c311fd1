import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { ProblemError, type Violation } from '@isthmus/problem';

/** Checks a body or query against its DTO; unknown members are dropped and never reach a command. */
class DtoPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      validationError: { target: false },
      exceptionFactory: (errors) => invalidArguments(errors),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value))) {
      throw new ProblemError('malformed-body', 'The body must be a JSON object.');
    }
    return super.transform(metadata.type === 'query' ? withoutBlanks(value) : (value ?? {}), metadata);
  }
}

/** `?name=&page=2` says nothing about the name. */
function withoutBlanks(query: object | undefined): object {
  return Object.fromEntries(Object.entries(query ?? {}).filter(([, value]) => value !== ''));
}

/** `@Body(validated) body: SomeDto` and `@Query(validated) query: SomeDto`. */
export const validated = new DtoPipe();

function invalidArguments(errors: ValidationError[]): ProblemError {
  const violations = errors.flatMap((error) => violationsOf(error, ''));
  return new ProblemError('invalid-argument', violations.map(({ message }) => message).join('; '), { violations });
}

function violationsOf(error: ValidationError, parent: string): Violation[] {
  const field = parent ? `${parent}.${error.property}` : error.property;
  const nested = (error.children ?? []).flatMap((child) => violationsOf(child, field));
  const [rule, message] = Object.entries(error.constraints ?? {})[0] ?? [];
  if (rule === undefined || message === undefined) return nested;
  if (error.value === undefined || error.value === null) {
    return [{ field, rule: 'required', message: `${field} is required` }, ...nested];
  }
  return [{ field, rule: ruleOf(rule), message: parent ? message.replace(error.property, field) : message }, ...nested];
}

const CONSTRAINTS = /length|min|max|size|plainText|labels/i;

function ruleOf(constraint: string): Violation['rule'] {
  return CONSTRAINTS.test(constraint) ? 'constraint' : 'format';
}
