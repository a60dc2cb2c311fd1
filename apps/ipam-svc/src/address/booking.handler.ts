import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type {
  AddressReference,
  AttachAddress,
  BookAddress,
  DetachAddress,
  IpamCalls,
  MoveAddress,
  Page,
  QueryAddresses,
  ReleaseAddresses,
  UpdateAddress,
} from '@isthmus/contracts';
import type { AddressView } from '@isthmus/model';
import { Answers, RpcContext } from '@isthmus/rpc';
import { AddressQueryService } from './address-query.service';
import { BookingService } from './booking.service';
import { OwnershipService } from './ownership.service';

const AnswersIpam = Answers<IpamCalls>();

/** What users, and the products that act for them, ask about single addresses. */
@Controller()
export class BookingHandler {
  constructor(
    private readonly bookings: BookingService,
    private readonly ownerships: OwnershipService,
    private readonly queries: AddressQueryService,
  ) {}

  @AnswersIpam('address.book')
  book(@Payload() request: BookAddress, @Ctx() context: RpcContext): Promise<AddressView> {
    return this.bookings.book(request, context);
  }

  @AnswersIpam('address.release')
  release(@Payload() request: AddressReference, @Ctx() context: RpcContext): Promise<null> {
    return this.bookings.release(request, context);
  }

  @AnswersIpam('address.release-set')
  releaseSet(@Payload() request: ReleaseAddresses, @Ctx() context: RpcContext): Promise<null> {
    return this.bookings.releaseSet(request, context);
  }

  @AnswersIpam('address.attach')
  attach(@Payload() request: AttachAddress, @Ctx() context: RpcContext): Promise<AddressView> {
    return this.ownerships.attach(request, context);
  }

  @AnswersIpam('address.detach')
  detach(@Payload() request: DetachAddress, @Ctx() context: RpcContext): Promise<AddressView> {
    return this.ownerships.detach(request, context);
  }

  @AnswersIpam('address.move')
  move(@Payload() request: MoveAddress, @Ctx() context: RpcContext): Promise<AddressView> {
    return this.ownerships.move(request, context);
  }

  @AnswersIpam('address.update')
  update(@Payload() request: UpdateAddress, @Ctx() context: RpcContext): Promise<AddressView> {
    return this.ownerships.update(request, context);
  }

  @AnswersIpam('address.get')
  get(@Payload() request: AddressReference, @Ctx() context: RpcContext): Promise<AddressView> {
    return this.queries.get(request, context);
  }

  @AnswersIpam('address.query')
  query(@Payload() request: QueryAddresses, @Ctx() context: RpcContext): Promise<Page<AddressView>> {
    return this.queries.query(request, context);
  }
}
