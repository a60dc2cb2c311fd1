import { Body, Controller, Param, Put, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { CallContext } from '@isthmus/rpc';
import { NetworkClient } from '../../clients/network.client';
import { IdPipe } from '../../http/id.pipe';
import { Call } from '../../http/request';
import { validated } from '../../http/validation';
import { OperationBody } from '../../operations/operation-body';
import { AttachInstanceDto, DetachInstanceDto } from './attachment.dto';
import { toAttachCommand, toDetachCommand, toUpdateIpCommand } from './attachment.mapper';
import { ExoscaleAnswers } from './exoscale.answers';
import { BASES, ID_BEFORE_ACTION, Scope, type ZoneScope } from './exoscale.scope';

const NetworkId = (): ParameterDecorator => Param('id', new IdPipe('private-network'));

@ApiTags('private-network')
@Controller(BASES)
export class ExoscaleAttachmentController {
  constructor(
    private readonly network: NetworkClient,
    private readonly answers: ExoscaleAnswers,
  ) {}

  @Put(`private-network/${ID_BEFORE_ACTION}::attach`)
  @ApiOperation({ operationId: 'attach-instance-to-private-network' })
  @ApiOkResponse({ type: OperationBody })
  async attach(
    @Scope() scope: ZoneScope,
    @NetworkId() id: string,
    @Body(validated) body: AttachInstanceDto,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationBody> {
    const { operation } = await this.network.call('attachment.create', toAttachCommand(id, body, scope), call);
    return this.answers.accepted(operation, scope.base, reply);
  }

  @Put(`private-network/${ID_BEFORE_ACTION}::detach`)
  @ApiOperation({ operationId: 'detach-instance-from-private-network' })
  @ApiOkResponse({ type: OperationBody })
  async detach(
    @Scope() scope: ZoneScope,
    @NetworkId() id: string,
    @Body(validated) body: DetachInstanceDto,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationBody> {
    const { operation } = await this.network.call('attachment.delete', toDetachCommand(id, body), call);
    return this.answers.accepted(operation, scope.base, reply);
  }

  @Put(`private-network/${ID_BEFORE_ACTION}::update-ip`)
  @ApiOperation({ operationId: 'update-private-network-instance-ip' })
  @ApiOkResponse({ type: OperationBody })
  async updateIp(
    @Scope() scope: ZoneScope,
    @NetworkId() id: string,
    @Body(validated) body: AttachInstanceDto,
    @Call() call: CallContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationBody> {
    const { operation } = await this.network.call('attachment.update-ip', toUpdateIpCommand(id, body, scope), call);
    return this.answers.accepted(operation, scope.base, reply);
  }
}
