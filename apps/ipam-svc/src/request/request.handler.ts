import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { IpamCalls } from '@isthmus/contracts';
import { Answers, RpcContext } from '@isthmus/rpc';
import { RequestService } from './request.service';

const AnswersIpam = Answers<IpamCalls>();

/** Undoing of commands in. */
@Controller()
export class RequestHandler {
  constructor(private readonly requests: RequestService) {}

  @AnswersIpam('request.undo')
  undo(@Payload() request: { undoRequestId: string }, @Ctx() context: RpcContext): Promise<null> {
    return this.requests.undo(request, context);
  }
}
