import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type {
  AssignAddresses,
  BookAddress,
  CheckAddress,
  IpamCalls,
  ListAddresses,
  ReleaseOwner,
} from '@isthmus/contracts';
import type { AddressView } from '@isthmus/model';
import { Answers, RpcContext } from '@isthmus/rpc';
import { AddressService } from './address.service';

const AnswersIpam = Answers<IpamCalls>();

/** Address commands and questions in. */
@Controller()
export class AddressHandler {
  constructor(private readonly addresses: AddressService) {}

  @AnswersIpam('address.check')
  check(@Payload() request: CheckAddress, @Ctx() context: RpcContext): Promise<null> {
    return this.addresses.check(request, context);
  }

  @AnswersIpam('address.assign')
  assign(@Payload() request: AssignAddresses, @Ctx() context: RpcContext): Promise<AddressView[]> {
    return this.addresses.assign(request, context);
  }

  @AnswersIpam('address.release-owner')
  releaseOwner(@Payload() request: ReleaseOwner, @Ctx() context: RpcContext): Promise<null> {
    return this.addresses.releaseOwner(request, context);
  }

  @AnswersIpam('address.book')
  book(@Payload() request: BookAddress, @Ctx() context: RpcContext): Promise<AddressView> {
    return this.addresses.book(request, context);
  }

  @AnswersIpam('address.release')
  release(@Payload() request: { addressId: string }, @Ctx() context: RpcContext): Promise<null> {
    return this.addresses.release(request, context);
  }

  @AnswersIpam('address.list')
  list(@Payload() request: ListAddresses, @Ctx() context: RpcContext): Promise<AddressView[]> {
    return this.addresses.list(request, context);
  }
}
