import { ApiProperty } from '@nestjs/swagger';
import type { YesNo } from './wire';

export class ZoneBody {
  @ApiProperty({ example: 'fi-hel1' })
  id!: string;

  @ApiProperty()
  description!: string;

  @ApiProperty({ enum: ['yes'] })
  public!: YesNo;
}

export class ZoneListItems {
  @ApiProperty({ type: [ZoneBody] })
  zone!: ZoneBody[];
}

export class ZoneListAnswer {
  @ApiProperty({ type: ZoneListItems })
  zones!: ZoneListItems;
}
