import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ZoneListAnswer } from './zone.dto';
import { ZoneNames } from './zone-names';

@ApiTags('Zones')
@Controller('1.3/zone')
export class UpcloudZoneController {
  constructor(private readonly zones: ZoneNames) {}

  @Get()
  @ApiOperation({ operationId: 'listZones' })
  @ApiOkResponse({ type: ZoneListAnswer })
  list(): ZoneListAnswer {
    return { zones: { zone: this.zones.all.map((id) => ({ id, description: `Zone ${id}`, public: 'yes' })) } };
  }
}
