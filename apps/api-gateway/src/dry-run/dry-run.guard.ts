import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from '@isthmus/problem';

declare module 'fastify' {
  interface FastifyRequest {
    /** It only asks what a mutation would do. Absent until its caller is known. */
    isDryRun?: boolean;
  }
}

const ASKS_FOR_DRY_RUN = Symbol('ASKS_FOR_DRY_RUN');

/** On the query DTO of a route that knows dry runs, by this parameter. */
export const AsksForDryRun =
  (parameter: string): ClassDecorator =>
  (dto) =>
    Reflect.defineMetadata(ASKS_FOR_DRY_RUN, parameter, dto);

/** Finds the dry runs, which are no mutations: nothing is denied when one is refused. Other routes ignore the parameter. */
@Injectable()
export class DryRunGuard implements CanActivate {
  canActivate(context: ExecutionContext): true {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const query = request.query as Record<string, unknown>;
    request.isDryRun = parametersOf(context).some((name) => Object.hasOwn(query, name) && isTrue(name, query[name]));
    return true;
  }
}

/** Whoever meant a dry run must not get the real thing: an empty value says nothing elsewhere, but is refused here. */
function isTrue(name: string, value: unknown): boolean {
  const text = String(value).toLowerCase();
  if (text !== 'true' && text !== 'false') throw ProblemError.invalid(name, `${name} must be true or false`, 'format');
  return text === 'true';
}

function parametersOf(context: ExecutionContext): string[] {
  const { prototype } = context.getClass<{ new (): object }>();
  const types: unknown[] = Reflect.getMetadata('design:paramtypes', prototype, context.getHandler().name) ?? [];
  return types.flatMap((type) => {
    const name: unknown = typeof type === 'function' ? Reflect.getMetadata(ASKS_FOR_DRY_RUN, type) : undefined;
    return typeof name === 'string' ? [name] : [];
  });
}
