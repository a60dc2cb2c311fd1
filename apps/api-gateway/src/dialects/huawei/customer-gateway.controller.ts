import { Body, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { CustomerGatewayView } from '@isthmus/model';
import { VpnClient } from '../../clients/vpn.client';
import { IdPipe } from '../../http/id.pipe';
import { Call, type RequestContext } from '../../http/request';
import { validated } from '../../http/validation';
import {
  CreateCustomerGatewayDto,
  CustomerGatewayAnswer,
  CustomerGatewayListAnswer,
  ListCustomerGatewaysQuery,
  MAX_CUSTOMER_GATEWAYS,
  UpdateCustomerGatewayDto,
} from './customer-gateway.dto';
import { toCreateCommand, toCustomerGatewayBody, toUpdateCommand } from './customer-gateway.mapper';
import { toPageInfo, toPageRequest } from './huawei.paging';
import { ProjectController } from './huawei.project';

const CustomerGatewayId = (): ParameterDecorator => Param('customer_gateway_id', new IdPipe('customer-gateway'));

@ApiTags('Customer gateways')
@ProjectController('v5', 'customer-gateways')
export class HuaweiCustomerGatewayController {
  constructor(private readonly vpn: VpnClient) {}

  @Post()
  @HttpCode(201)
  @ApiOperation({ operationId: 'CreateCgw' })
  @ApiCreatedResponse({ type: CustomerGatewayAnswer })
  async create(
    @Body(validated) body: CreateCustomerGatewayDto,
    @Call() call: RequestContext,
  ): Promise<CustomerGatewayAnswer> {
    return answer(await this.vpn.call('customer-gateway.create', toCreateCommand(body.customer_gateway), call), call);
  }

  @Get()
  @ApiOperation({ operationId: 'ListCgws' })
  @ApiOkResponse({ type: CustomerGatewayListAnswer })
  async list(
    @Query(validated) query: ListCustomerGatewaysQuery,
    @Call() call: RequestContext,
  ): Promise<CustomerGatewayListAnswer> {
    const request = toPageRequest(query, MAX_CUSTOMER_GATEWAYS);
    const { items, totalCount } = await this.vpn.call('customer-gateway.list', request, call);
    return {
      customer_gateways: items.map(toCustomerGatewayBody),
      total_count: totalCount,
      page_info: toPageInfo(items),
      request_id: call.requestId,
    };
  }

  @Get(':customer_gateway_id')
  @ApiOperation({ operationId: 'ShowCgw' })
  @ApiOkResponse({ type: CustomerGatewayAnswer })
  async get(
    @CustomerGatewayId() customerGatewayId: string,
    @Call() call: RequestContext,
  ): Promise<CustomerGatewayAnswer> {
    return answer(await this.vpn.call('customer-gateway.get', { customerGatewayId }, call), call);
  }

  @Put(':customer_gateway_id')
  @ApiOperation({ operationId: 'UpdateCgw' })
  @ApiOkResponse({ type: CustomerGatewayAnswer })
  async update(
    @CustomerGatewayId() customerGatewayId: string,
    @Body(validated) body: UpdateCustomerGatewayDto,
    @Call() call: RequestContext,
  ): Promise<CustomerGatewayAnswer> {
    const command = toUpdateCommand(customerGatewayId, body.customer_gateway);
    if (!command) return this.get(customerGatewayId, call);
    return answer(await this.vpn.call('customer-gateway.update', command, call), call);
  }

  @Delete(':customer_gateway_id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'DeleteCgw' })
  @ApiNoContentResponse()
  async delete(@CustomerGatewayId() customerGatewayId: string, @Call() call: RequestContext): Promise<void> {
    await this.vpn.call('customer-gateway.delete', { customerGatewayId }, call);
  }
}

function answer(gateway: CustomerGatewayView, { requestId }: RequestContext): CustomerGatewayAnswer {
  return { customer_gateway: toCustomerGatewayBody(gateway), request_id: requestId };
}
