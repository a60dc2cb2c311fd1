import { routeView } from '../../views.fixture';
import { toRouteBody } from './route.mapper';

describe('the body of a route', () => {
  it('has no word for the routes of VPN connections: they are custom ones that cannot be changed', () => {
    const description = 'VPN connection 7d2f8a3c-5a07-4e1b-9a40-2f3b8f0c1d11';
    const route = routeView({ type: 'vpn', isReadOnly: true, description });
    expect(toRouteBody(route)).toMatchObject({ id: route.id, type: 'custom', is_read_only: true, description });
    expect(toRouteBody(routeView({ type: 'subnet' })).type).toBe('subnet');
  });
});
