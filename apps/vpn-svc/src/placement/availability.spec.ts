import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { Availability } from './availability';

const availability = new Availability({
  availability: [
    { region: 'north', zones: ['north-1', 'north-2'], flavors: ['Basic', 'Professional1'] },
    { region: 'north', zones: ['north-2', 'north-3'], flavors: ['Professional1'] },
    { region: 'south', zones: ['south-1'], flavors: ['GM'] },
  ],
});

describe('availability', () => {
  it.each([
    { region: 'north', flavor: 'Basic', attachmentType: 'vpc', zones: ['north-1', 'north-2'] },
    { region: 'north', flavor: 'Basic', attachmentType: 'er', zones: [] },
    { region: 'north', flavor: 'Professional1', attachmentType: 'er', zones: ['north-1', 'north-2', 'north-3'] },
    { region: 'south', flavor: 'GM', attachmentType: 'vpc', zones: ['south-1'] },
    { region: 'south', flavor: 'Professional1', attachmentType: 'vpc', zones: [] },
    { region: 'west', flavor: 'Basic', attachmentType: 'vpc', zones: [] },
  ] as const)('of $flavor for $attachmentType in $region is $zones', ({ region, flavor, attachmentType, zones }) => {
    expect(availability.zonesFor(region, flavor, attachmentType)).toEqual(zones);
  });

  it('is told by zone, flavor, attachment and family', () => {
    expect(availability.offersIn('south')).toEqual([
      { zone: 'south-1', flavor: 'GM', attachmentType: 'vpc', ipVersion: 4 },
      { zone: 'south-1', flavor: 'GM', attachmentType: 'vpc', ipVersion: 6 },
      { zone: 'south-1', flavor: 'GM', attachmentType: 'er', ipVersion: 4 },
      { zone: 'south-1', flavor: 'GM', attachmentType: 'er', ipVersion: 6 },
    ]);
    const basic = availability.offersIn('north').filter(({ flavor }) => flavor === 'Basic');
    expect(new Set(basic.map(({ attachmentType }) => attachmentType))).toEqual(new Set(['vpc']));
    expect(availability.offersIn('west')).toEqual([]);
  });

  it('refuses a flavor that does not exist', () => {
    const file = { availability: [{ region: 'north', zones: ['north-1'], flavors: ['Premium'] }] };
    expect(() => new Availability(file)).toThrow(/Premium of region north/);
  });

  it('of the file that comes with the service has two zones where it can', () => {
    const shipped = new Availability(load(readFileSync('config/vpn.yaml', 'utf8')) as never);
    expect(shipped.zonesFor('fr-par', 'Professional1', 'vpc').length).toBeGreaterThan(1);
    expect(shipped.zonesFor('fr-par', 'GM', 'vpc')).toHaveLength(1);
  });
});
