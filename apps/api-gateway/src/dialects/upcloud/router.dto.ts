import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsDefined, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import { IsPlainText } from '../../http/validators';
import { LabelDto, LabelledFields } from './label.dto';

const MAX_ROUTES = 100;

export class StaticRouteDto {
  @ApiPropertyOptional()
  @IsOptional()
  @IsPlainText(0, 255)
  name?: string;

  @ApiProperty({ example: '0.0.0.0/0' })
  @IsString()
  route!: string;

  @ApiProperty({ example: '10.0.0.100' })
  @IsString()
  nexthop!: string;
}

class RouterFields extends LabelledFields {
  @ApiPropertyOptional({
    type: [StaticRouteDto],
    description: 'Shown, but not changed here: only what is there may be given.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_ROUTES)
  @ValidateNested({ each: true })
  @Type(() => StaticRouteDto)
  static_routes?: StaticRouteDto[] | null;
}

export class CreateRouterFields extends RouterFields {
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsPlainText(1, 255)
  name!: string;

  @ApiPropertyOptional({ description: 'Not known to UpCloud: a zone of its networks. The default zone when absent.' })
  @IsOptional()
  @IsString()
  zone?: string | null;
}

export class UpdateRouterFields extends RouterFields {
  @ApiPropertyOptional({ minLength: 1, maxLength: 255 })
  @IsOptional()
  @IsPlainText(1, 255)
  name?: string | null;
}

export class CreateRouterDto {
  @ApiProperty({ type: CreateRouterFields })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => CreateRouterFields)
  router!: CreateRouterFields;
}

export class UpdateRouterDto {
  @ApiProperty({ type: UpdateRouterFields })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => UpdateRouterFields)
  router!: UpdateRouterFields;
}

export class StaticRouteBody {
  @ApiProperty()
  name!: string;

  @ApiProperty()
  route!: string;

  @ApiProperty()
  nexthop!: string;

  @ApiProperty({ enum: ['user'] })
  type!: 'user';
}

export class AttachedNetworkBody {
  @ApiProperty({ format: 'uuid' })
  uuid!: string;
}

export class AttachedNetworkListBody {
  @ApiProperty({ type: [AttachedNetworkBody] })
  network!: AttachedNetworkBody[];
}

export class RouterBody {
  @ApiProperty({ format: 'uuid' })
  uuid!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ enum: ['normal', 'service'], description: '`service`: the one that comes with the account.' })
  type!: 'normal' | 'service';

  @ApiProperty({ type: [LabelDto] })
  labels!: LabelDto[];

  @ApiProperty({ type: [StaticRouteBody] })
  static_routes!: StaticRouteBody[];

  @ApiProperty({ type: AttachedNetworkListBody })
  attached_networks!: AttachedNetworkListBody;

  @ApiProperty({ type: [String], description: 'Always empty.' })
  attached_network_gateways!: string[];
}

export class RouterAnswer {
  @ApiProperty({ type: RouterBody })
  router!: RouterBody;
}

export class RouterListItems {
  @ApiProperty({ type: [RouterBody] })
  router!: RouterBody[];
}

export class RouterListAnswer {
  @ApiProperty({ type: RouterListItems })
  routers!: RouterListItems;
}
