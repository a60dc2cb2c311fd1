import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Topology } from '@isthmus/model';
import type { CallContext } from '@isthmus/rpc';
import { IpamClient } from '../../clients/ipam.client';
import { DryRunQuery } from '../../dry-run/dry-run.dto';
import { IdPipe } from '../../http/id.pipe';
import { AskedBy, Call } from '../../http/request';
import { validated } from '../../http/validation';
import type { Caller } from '../../identity/caller';
import { ListIpsQuery } from './ip-list.dto';
import { toAddressQuery } from './ip-list.mapper';
import { IpBody, IpListBody } from './ip.body';
import { AttachIpDto, BookIpDto, MoveIpDto, ReleaseIpSetDto, type SourceDto, UpdateIpDto } from './ip.dto';
import { toBookAddress, toCustomOwner, toIpBody, toUpdateAddress } from './ip.mapper';
import { planOf } from './scaleway.answers';
import { atMostOne, exactlyOne } from './scaleway.exclusive';
import { checkProject, isOtherTenant, Region, zoneOf } from './scaleway.scope';

const IpId = (): ParameterDecorator => Param('ip_id', new IdPipe('address'));

@ApiTags('IPAM')
@Controller('ipam/v1/regions/:region')
export class ScalewayIpController {
  constructor(
    private readonly ipam: IpamClient,
    private readonly topology: Topology,
  ) {}

  @Get('ips')
  @ApiOperation({ operationId: 'ListIPs' })
  @ApiOkResponse({ type: IpListBody })
  async list(
    @Region() region: string,
    @Query(validated) query: ListIpsQuery,
    @AskedBy() caller: Caller,
    @Call() call: CallContext,
  ): Promise<IpListBody> {
    const { zonal, private_network_id, subnet_id, source_vpc_id } = query;
    atMostOne({ zonal, private_network_id, subnet_id, source_vpc_id });
    const zone = zonal === undefined ? undefined : zoneOf(this.topology, zonal, region, 'zonal');
    const wanted = toAddressQuery(query, region, zone);
    if (isOtherTenant(query, caller)) return { ips: [], total_count: 0 };
    const { items, totalCount } = await this.ipam.call('address.query', wanted, call);
    return { ips: items.map(toIpBody), total_count: totalCount };
  }

  @Post('ips')
  @HttpCode(200)
  @ApiOperation({ operationId: 'BookIP' })
  @ApiOkResponse({ type: IpBody })
  async book(
    @Region() region: string,
    @Query(validated) { dry_run: isDryRun }: DryRunQuery,
    @Body(validated) body: BookIpDto,
    @AskedBy() caller: Caller,
    @Call() call: CallContext,
  ): Promise<IpBody> {
    const zone = this.zoneOfSource(body.source, region);
    checkProject(body.project_id, caller);
    const ip = toIpBody(await this.ipam.call('address.book', toBookAddress(body, region, zone, isDryRun), call));
    // Addresses are not counted.
    return isDryRun ? { ...ip, ...planOf({}) } : ip;
  }

  @Get('ips/:ip_id')
  @ApiOperation({ operationId: 'GetIP' })
  @ApiOkResponse({ type: IpBody })
  async get(@Region() region: string, @IpId() addressId: string, @Call() call: CallContext): Promise<IpBody> {
    return toIpBody(await this.ipam.call('address.get', { region, addressId }, call));
  }

  @Patch('ips/:ip_id')
  @ApiOperation({ operationId: 'UpdateIP' })
  @ApiOkResponse({ type: IpBody })
  async update(
    @Region() region: string,
    @IpId() addressId: string,
    @Body(validated) body: UpdateIpDto,
    @Call() call: CallContext,
  ): Promise<IpBody> {
    const command = toUpdateAddress(addressId, body, region);
    if (!command) return this.get(region, addressId, call);
    return toIpBody(await this.ipam.call('address.update', command, call));
  }

  @Delete('ips/:ip_id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'ReleaseIP' })
  @ApiNoContentResponse()
  async release(@Region() region: string, @IpId() addressId: string, @Call() call: CallContext): Promise<void> {
    await this.ipam.call('address.release', { region, addressId }, call);
  }

  @Post('ip-sets/release')
  @HttpCode(204)
  @ApiOperation({ operationId: 'ReleaseIPSet' })
  @ApiNoContentResponse()
  async releaseSet(
    @Region() region: string,
    @Body(validated) { ip_ids: ids }: ReleaseIpSetDto,
    @Call() call: CallContext,
  ): Promise<void> {
    const addressIds = [...new Set(ids ?? [])];
    if (addressIds.length > 0) await this.ipam.call('address.release-set', { region, addressIds }, call);
  }

  @Post('ips/:ip_id/attach')
  @HttpCode(200)
  @ApiOperation({ operationId: 'AttachIP' })
  @ApiOkResponse({ type: IpBody })
  async attach(
    @Region() region: string,
    @IpId() addressId: string,
    @Body(validated) { resource }: AttachIpDto,
    @Call() call: CallContext,
  ): Promise<IpBody> {
    const command = { region, addressId, owner: toCustomOwner(resource) };
    return toIpBody(await this.ipam.call('address.attach', command, call));
  }

  @Post('ips/:ip_id/detach')
  @HttpCode(200)
  @ApiOperation({ operationId: 'DetachIP' })
  @ApiOkResponse({ type: IpBody })
  async detach(
    @Region() region: string,
    @IpId() addressId: string,
    @Body(validated) { resource }: AttachIpDto,
    @Call() call: CallContext,
  ): Promise<IpBody> {
    const command = { region, addressId, owner: { macAddress: resource.mac_address } };
    return toIpBody(await this.ipam.call('address.detach', command, call));
  }

  @Post('ips/:ip_id/move')
  @HttpCode(200)
  @ApiOperation({ operationId: 'MoveIP' })
  @ApiOkResponse({ type: IpBody })
  async move(
    @Region() region: string,
    @IpId() addressId: string,
    @Body(validated) { from_resource: from, to_resource: to }: MoveIpDto,
    @Call() call: CallContext,
  ): Promise<IpBody> {
    const command = {
      region,
      addressId,
      from: { macAddress: from.mac_address },
      ...(to ? { to: toCustomOwner(to) } : {}),
    };
    return toIpBody(await this.ipam.call('address.move', command, call));
  }

  /** The zone, where it is the source; the source is exactly one. */
  private zoneOfSource(source: SourceDto, region: string): string | undefined {
    exactlyOne({
      'source.zonal': source.zonal,
      'source.private_network_id': source.private_network_id,
      'source.subnet_id': source.subnet_id,
      'source.vpc_id': source.vpc_id,
    });
    const { zonal } = source;
    return typeof zonal === 'string' ? zoneOf(this.topology, zonal, region, 'source.zonal') : undefined;
  }
}
