import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../../http/auth.guard';
import { LivenessBody, ReadinessBody } from './health.dto';
import { Readiness } from './readiness';

@ApiTags('health')
@Controller()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** This process answers. Says nothing of what it needs. */
  @Public()
  @Get('healthz')
  @ApiOperation({ operationId: 'getLiveness', security: [] })
  @ApiOkResponse({ type: LivenessBody })
  live(): LivenessBody {
    return { status: 'ok' };
  }

  /** Requests can be served: the database and the services answer. */
  @Public()
  @Get('readyz')
  @ApiOperation({ operationId: 'getReadiness', security: [] })
  @ApiOkResponse({ type: ReadinessBody })
  @ApiServiceUnavailableResponse({ type: ReadinessBody })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadinessBody> {
    const readiness = await this.readiness.check();
    void reply.code(readiness.status === 'ok' ? 200 : 503);
    return readiness;
  }
}
