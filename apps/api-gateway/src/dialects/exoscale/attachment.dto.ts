import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsDefined, IsObject, IsOptional, IsUUID, ValidateNested } from 'class-validator';
import { IsIpv4 } from '../../http/validators';

/** Clients may send a whole instance; only its id is read. */
export class InstanceReferenceDto {
  @ApiProperty({ format: 'uuid' })
  @IsDefined()
  @IsUUID('all')
  @Transform(({ value }) => (typeof value === 'string' ? value.toLowerCase() : value))
  id!: string;
}

export class DetachInstanceDto {
  @ApiProperty({ type: InstanceReferenceDto })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => InstanceReferenceDto)
  instance!: InstanceReferenceDto;
}

export class AttachInstanceDto extends DetachInstanceDto {
  @ApiPropertyOptional({ format: 'ipv4', description: 'A static lease; chosen from the range when absent.' })
  @IsOptional()
  @IsIpv4()
  ip?: string;
}
