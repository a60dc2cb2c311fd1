import { Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { IdPipe } from '../../http/id.pipe';
import { AskedBy, Call, type RequestContext } from '../../http/request';
import { validated } from '../../http/validation';
import type { Caller } from '../../identity/caller';
import { OperationAccess } from '../../operations/operation-access';
import { OperationCanceller } from '../../operations/operation-canceller';
import { askToPoll, tellOperation } from '../../operations/operation-headers';
import { OperationList } from '../../operations/operation-list';
import { OperationStreams } from '../../operations/operation-streams';
import { OperationWatch } from '../../operations/operation-watch';
import { OperationDetailsBody, OperationListQuery, OperationPageBody, OperationWaitQuery } from './operation.dto';

const asId = new IdPipe('operation');

@ApiTags('operations')
@Controller('v1/operations')
export class OperationController {
  constructor(
    private readonly operations: OperationAccess,
    private readonly all: OperationList,
    private readonly watch: OperationWatch,
    private readonly streams: OperationStreams,
    private readonly canceller: OperationCanceller,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listOperations' })
  @ApiOkResponse({ type: OperationPageBody })
  list(@Query(validated) query: OperationListQuery, @AskedBy() { projectId }: Caller): Promise<OperationPageBody> {
    const { limit, cursor, ...filter } = query;
    return this.all.page(projectId, filter, { limit, cursor });
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getOperation' })
  @ApiOkResponse({ type: OperationDetailsBody })
  async get(
    @Param('id', asId) id: string,
    @AskedBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationDetailsBody> {
    const operation = await this.operations.details(id, caller);
    askToPoll(reply, operation);
    return operation;
  }

  /** Answers as soon as the operation has ended, or as it is when the time is over: read the state. */
  @Get(':id/wait')
  @ApiOperation({ operationId: 'waitForOperation' })
  @ApiOkResponse({ type: OperationDetailsBody })
  async wait(
    @Param('id', asId) id: string,
    @Query(validated) { timeout }: OperationWaitQuery,
    @AskedBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationDetailsBody> {
    const found = await this.operations.details(id, caller);
    if (found.state !== 'pending') return found;
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const ended = await this.watch.ended(id, timeout * 1_000, gone.signal);
    const operation = ended ?? (await this.operations.detailsAgain(id, caller));
    askToPoll(reply, operation);
    return operation;
  }

  /** Server-sent events, each with the whole operation: `progress` while it is pending, and then one `end`. */
  @Get(':id/events')
  @ApiOperation({ operationId: 'streamOperation' })
  @ApiProduces('text/event-stream')
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'The last event that was got before a loss.' })
  @ApiOkResponse({ description: 'A stream that ends after the event `end`.' })
  @ApiNoContentResponse({ description: 'The last event was the end: do not come back.' })
  async events(
    @Param('id', asId) id: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @AskedBy() caller: Caller,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const stream = this.streams.open(await this.operations.details(id, caller), lastEventId);
    if (!stream) return void reply.code(204).send();
    void reply
      .type('text/event-stream; charset=utf-8')
      .header('cache-control', 'no-store, no-transform')
      // nginx would hold the events back until its buffer is full.
      .header('x-accel-buffering', 'no')
      .send(stream);
  }

  /** Calls the operation off. It turns back and ends as failure/interrupted once everything is undone. */
  @Post(':id/cancel')
  @HttpCode(202)
  @ApiOperation({ operationId: 'cancelOperation' })
  @ApiAcceptedResponse({ type: OperationDetailsBody })
  async cancel(
    @Param('id', asId) id: string,
    @AskedBy() caller: Caller,
    @Call() call: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationDetailsBody> {
    const operation = await this.canceller.cancel(id, caller, call);
    tellOperation(reply, operation);
    return operation;
  }
}
