import { Controller, Get, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Topology } from '@isthmus/model';
import { Public } from '../../http/auth.guard';
import { originOf } from '../../http/origin';
import { BASES } from './exoscale.scope';
import { ZoneListBody } from './zone.dto';
import { toZoneListBody } from './zone.mapper';

@ApiTags('zone')
@Controller(BASES)
export class ExoscaleZoneController {
  constructor(private readonly topology: Topology) {}

  /** Asked without credentials by the official clients, which then talk to the endpoint that is told here. */
  @Public()
  @Get('zone')
  @ApiOperation({ operationId: 'list-zones', security: [] })
  @ApiOkResponse({ type: ZoneListBody })
  list(@Req() request: FastifyRequest): ZoneListBody {
    return toZoneListBody(
      this.topology.zones.map(({ name }) => name),
      originOf(request),
    );
  }
}
