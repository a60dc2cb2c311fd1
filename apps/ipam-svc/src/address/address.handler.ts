import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type {
  AssignAddresses,
  AssignAddressSet,
  CheckAddress,
  IpamCalls,
  ListAddresses,
  ReleaseOwner,
} from '@isthmus/contracts';
import type { AddressView } from '@isthmus/model';
import { Answers, RpcContext } from '@isthmus/rpc';
import { AddressService } from './address.service';
import { AddressSetService } from './address-set.service';

const AnswersIpam = Answers<IpamCalls>();

/** What products ask for what they own: networks for their machines, gateways for themselves. */
@Controller()
export class AddressHandler {
  constructor(
    private readonly addresses: AddressService,
    private readonly sets: AddressSetService,
  ) {}

  @AnswersIpam('address.check')
  check(@Payload() request: CheckAddress, @Ctx() context: RpcContext): Promise<null> {
    return this.addresses.check(request, context);
  }

  @AnswersIpam('address.assign')
  assign(@Payload() request: AssignAddresses, @Ctx() context: RpcContext): Promise<AddressView[]> {
    return this.addresses.assign(request, context);
  }

  @AnswersIpam('address.assign-set')
  assignSet(@Payload() request: AssignAddressSet, @Ctx() context: RpcContext): Promise<AddressView[]> {
    return this.sets.assign(request, context);
  }

  @AnswersIpam('address.release-owner')
  releaseOwner(@Payload() request: ReleaseOwner, @Ctx() context: RpcContext): Promise<null> {
    return this.addresses.releaseOwner(request, context);
  }

  @AnswersIpam('address.list')
  list(@Payload() request: ListAddresses, @Ctx() context: RpcContext): Promise<AddressView[]> {
    return this.addresses.list(request, context);
  }
}
