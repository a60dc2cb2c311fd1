import { createParamDecorator, type ExecutionContext, Injectable, type PipeTransform } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Topology } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';

/** The zone a request is about, and the path prefix it was sent to. */
export interface ZoneScope {
  region: string;
  zone: string;
  base: string;
}

/** Where every Exoscale resource is found: in a zone, or without one in the default zone. */
export const BASES = ['v2', 'zone/:zone/v2', '/'];

/** The same for what has no name of its own at the root. */
export const ZONED_BASES = ['v2', 'zone/:zone/v2'];

/**
 * A resource id that is followed by an action (`{id}:attach`): it ends at the colon. To the router a doubled colon is a
 * literal one, and a pattern must start with ^.
 */
export const ID_BEFORE_ACTION = ':id(^[^:]+)';

type ZonedRequest = FastifyRequest<{ Params: { zone?: string } }>;

function baseOf(request: ZonedRequest): string {
  const { zone } = request.params;
  if (zone !== undefined) return `/zone/${encodeURIComponent(zone)}/v2`;
  return request.url.startsWith('/v2/') ? '/v2' : '';
}

/** The prefix of the path, under which links are told: `/v2`, `/zone/ch-gva-2/v2` or nothing. */
export const Base = createParamDecorator((_data: unknown, context: ExecutionContext): string =>
  baseOf(context.switchToHttp().getRequest<ZonedRequest>()),
);

const AskedZone = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  const request = context.switchToHttp().getRequest<ZonedRequest>();
  return { name: request.params.zone, base: baseOf(request) };
});

@Injectable()
class ZonePipe implements PipeTransform<{ name: string | undefined; base: string }, ZoneScope> {
  constructor(private readonly topology: Topology) {}

  transform({ name, base }: { name: string | undefined; base: string }): ZoneScope {
    const zone = name === undefined ? this.topology.defaultZone : this.topology.findZone(name);
    if (!zone) throw new ProblemError('not-found', `There is no zone ${name}.`, { resource: 'zone' });
    return { region: zone.region, zone: zone.name, base };
  }
}

/** The zone of the path, or the default one. An unknown zone is not found. */
export const Scope = (): ParameterDecorator => AskedZone(ZonePipe);
