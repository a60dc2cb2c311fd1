import { attachmentView, INSTANCE_ID, NETWORK_ID } from '../../views.fixture';
import { toAttachCommand, toDetachCommand, toUpdateIpCommand } from './attachment.mapper';
import { toInstanceBody } from './instance.mapper';
import { toZoneListBody, zoneId } from './zone.mapper';

const PLACE = { region: 'ch-gva', zone: 'ch-gva-2' };

describe('attachment commands', () => {
  const instance = { id: INSTANCE_ID };

  it('attach an instance of the same zone, with a static lease if one is given', () => {
    const command = {
      ...PLACE,
      privateNetworkId: NETWORK_ID,
      instanceId: INSTANCE_ID,
      instanceZone: 'ch-gva-2',
      tags: [],
    };
    expect(toAttachCommand(NETWORK_ID, { instance }, PLACE)).toEqual(command);
    expect(toAttachCommand(NETWORK_ID, { instance, ip: '10.0.0.7' }, PLACE)).toEqual({
      ...command,
      address: '10.0.0.7',
    });
  });

  it('move and detach it', () => {
    const target = { privateNetworkId: NETWORK_ID, instanceId: INSTANCE_ID };
    expect(toUpdateIpCommand(NETWORK_ID, { instance }, PLACE)).toEqual({ ...PLACE, ...target });
    expect(toUpdateIpCommand(NETWORK_ID, { instance, ip: '10.0.0.7' }, PLACE)).toEqual({
      ...PLACE,
      ...target,
      address: '10.0.0.7',
    });
    expect(toDetachCommand(NETWORK_ID, { instance })).toEqual(target);
  });
});

describe('toInstanceBody', () => {
  it('has what the CLI reads without looking, and only its own networks', () => {
    const instance = {
      id: INSTANCE_ID,
      projectId: 'p',
      region: 'r',
      zone: 'z',
      name: 'i',
      createdAt: '2026-08-05T12:59:37.782632Z',
    };
    const other = attachmentView({ instanceId: NETWORK_ID });
    expect(toInstanceBody(instance, [attachmentView(), other])).toMatchObject({
      id: INSTANCE_ID,
      'created-at': '2026-08-05T12:59:37Z',
      'private-networks': [{ id: NETWORK_ID, 'mac-address': '02:00:00:11:48:0b' }],
      'disk-size': 0,
      'secureboot-enabled': false,
      'tpm-enabled': false,
    });
  });
});

describe('toZoneListBody', () => {
  it('gives each zone an id that never changes and an absolute endpoint', () => {
    expect(toZoneListBody(['ch-gva-2'], 'http://localhost:8080')).toEqual({
      zones: [
        {
          id: 'b7624f33-7e50-8bf3-ae5a-deef0b35aa2c',
          name: 'ch-gva-2',
          'api-endpoint': 'http://localhost:8080/zone/ch-gva-2/v2',
        },
      ],
    });
    expect(zoneId('ch-dk-2')).not.toBe(zoneId('ch-gva-2'));
  });
});
