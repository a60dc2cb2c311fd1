import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type {
  AttachmentSelector,
  CreateAttachment,
  ListAttachments,
  NetworkCalls,
  Page,
  PlannedAttachment,
  UpdateAttachmentIp,
} from '@isthmus/contracts';
import type { Accepted, AttachmentView } from '@isthmus/model';
import { Answers, RpcContext } from '@isthmus/rpc';
import { AttachmentService } from './attachment.service';

const AnswersNetwork = Answers<NetworkCalls>();

@Controller()
export class AttachmentHandler {
  constructor(private readonly attachments: AttachmentService) {}

  @AnswersNetwork('attachment.create')
  create(@Payload() command: CreateAttachment, @Ctx() context: RpcContext): Promise<PlannedAttachment> {
    return this.attachments.create(command, context);
  }

  @AnswersNetwork('attachment.get')
  get(@Payload() selector: AttachmentSelector, @Ctx() context: RpcContext): Promise<AttachmentView> {
    return this.attachments.get(selector, context);
  }

  @AnswersNetwork('attachment.list')
  list(@Payload() query: ListAttachments, @Ctx() context: RpcContext): Promise<Page<AttachmentView>> {
    return this.attachments.list(query, context);
  }

  @AnswersNetwork('attachment.update-tags')
  updateTags(
    @Payload() command: AttachmentSelector & { tags: string[] },
    @Ctx() context: RpcContext,
  ): Promise<AttachmentView> {
    return this.attachments.updateTags(command, context);
  }

  @AnswersNetwork('attachment.update-ip')
  updateIp(@Payload() command: UpdateAttachmentIp, @Ctx() context: RpcContext): Promise<Accepted<AttachmentView>> {
    return this.attachments.updateIp(command, context);
  }

  @AnswersNetwork('attachment.delete')
  delete(@Payload() selector: AttachmentSelector, @Ctx() context: RpcContext): Promise<Accepted<AttachmentView>> {
    return this.attachments.delete(selector, context);
  }
}
