import { VPN_CONNECTION_STATES, VPN_HEALTHS, type VpnConnectionState, type VpnHealth } from '@isthmus/model';
import { toCustomerGatewayBody, toUpdateCommand as toCustomerGatewayUpdate } from './customer-gateway.mapper';
import {
  CA_CERTIFICATE,
  CONNECTION_ID,
  connectionView,
  CUSTOMER_GATEWAY_ID,
  customerGatewayView,
  EIP_ID,
  GATEWAY_ID,
} from './huawei.fixture';
import { toPageInfo } from './huawei.paging';
import {
  toConnectionBody,
  toCreateCommand,
  toCreatedConnectionBody,
  toListQuery,
  toStatus,
  toUpdateCommand,
} from './vpn-connection.mapper';

describe('customer gateways', () => {
  const BODY = {
    id: CUSTOMER_GATEWAY_ID,
    name: 'cgw-a45b',
    id_type: 'ip',
    id_value: '100.64.0.81',
    bgp_asn: 65_588,
    created_at: '2026-06-28T02:22:27.240125Z',
    updated_at: '2026-06-28T02:30:00.000001Z',
    tags: [],
  };

  it('are told', () => {
    expect(toCustomerGatewayBody(customerGatewayView())).toEqual(BODY);
    const { bgp_asn: _asn, ...rest } = BODY;
    expect(toCustomerGatewayBody(customerGatewayView({ idType: 'fqdn', idValue: 'a.example', bgpAsn: null }))).toEqual({
      ...rest,
      id_type: 'fqdn',
      id_value: 'a.example',
    });
  });

  it('tell what their certificate says, not the certificate', () => {
    const body = toCustomerGatewayBody(customerGatewayView({ caCertificate: CA_CERTIFICATE }));
    expect(body.ca_certificate).toEqual({
      serial_number: '2A51',
      issuer: 'O=Isthmus, CN=Isthmus Test CA',
      subject: 'O=Isthmus, CN=Isthmus Test CA',
      expire_time: '2126-10-28T14:13:24.000Z',
      is_updatable: true,
    });
  });

  it('are changed only by a body that changes something', () => {
    expect(toCustomerGatewayUpdate(CUSTOMER_GATEWAY_ID, {})).toBeUndefined();
    expect(toCustomerGatewayUpdate(CUSTOMER_GATEWAY_ID, { ca_certificate: { content: CA_CERTIFICATE } })).toEqual({
      customerGatewayId: CUSTOMER_GATEWAY_ID,
      caCertificate: CA_CERTIFICATE,
    });
  });

  it('are paged by the time of the last one', () => {
    expect(toPageInfo([])).toEqual({ current_count: 0 });
    expect(toPageInfo([{ createdAt: 'a' }, { createdAt: 'b' }])).toEqual({ next_marker: 'b', current_count: 2 });
  });
});

describe('connections', () => {
  const CREATED = {
    id: CONNECTION_ID,
    name: 'vpn-799d',
    vgw_id: GATEWAY_ID,
    vgw_ip: EIP_ID,
    style: 'STATIC',
    cgw_id: CUSTOMER_GATEWAY_ID,
    peer_subnets: ['192.168.44.0/24'],
    tunnel_local_address: '169.254.56.225/30',
    tunnel_peer_address: '169.254.56.226/30',
    enable_nqa: false,
    ikepolicy: {
      ike_version: 'v2',
      authentication_algorithm: 'sha2-256',
      encryption_algorithm: 'aes-128',
      dh_group: 'group15',
      authentication_method: 'pre-share',
      lifetime_seconds: 86_400,
      local_id_type: 'ip',
      local_id: '10.0.0.134',
      peer_id_type: 'ip',
      dpd: { timeout: 15, interval: 30, msg: 'seq-hash-notify' },
    },
    ipsecpolicy: {
      authentication_algorithm: 'sha2-256',
      encryption_algorithm: 'aes-128',
      pfs: 'group15',
      transform_protocol: 'esp',
      lifetime_seconds: 3_600,
      encapsulation_mode: 'tunnel',
    },
    created_at: '2026-06-28T02:22:27.240125Z',
    updated_at: '2026-06-28T02:30:00.000001Z',
    enterprise_project_id: '0',
    ha_role: 'master',
  };

  it('are created without status and shown with it', () => {
    expect(toCreatedConnectionBody(connectionView())).toEqual(CREATED);
    expect(toConnectionBody(connectionView())).toEqual({ ...CREATED, status: 'ACTIVE' });
  });

  it('by policy show their rules and no tunnel', () => {
    const body = toConnectionBody(
      connectionView({
        style: 'policy',
        tunnelLocalAddress: null,
        tunnelPeerAddress: null,
        policyRules: [{ source: '10.0.0.0/24', destinations: ['192.168.44.0/24'] }],
      }),
    );
    expect(body).toMatchObject({
      style: 'POLICY',
      policy_rules: [{ source: '10.0.0.0/24', destination: ['192.168.44.0/24'] }],
    });
    for (const member of ['tunnel_local_address', 'tunnel_peer_address', 'enable_nqa', 'enable_hub', 'bgp_peer']) {
      expect(body).not.toHaveProperty(member);
    }
  });

  it('with BGP show their peer, and no subnets where there are none', () => {
    const body = toConnectionBody(connectionView({ style: 'bgp', peerSubnets: [], tags: [{ key: 'a', value: 'b' }] }));
    expect(body).toMatchObject({
      style: 'BGP',
      enable_hub: false,
      bgp_peer: { peer_ip_address: '169.254.56.226' },
      tags: [{ key: 'a', value: 'b' }],
    });
    for (const member of ['peer_subnets', 'enable_nqa', 'policy_rules']) expect(body).not.toHaveProperty(member);
  });

  it('of IKE version 1 show how phase 1 is negotiated', () => {
    const ikePolicy = { ...connectionView().ikePolicy, ikeVersion: 'v1', phase1NegotiationMode: 'main' } as const;
    expect(toConnectionBody(connectionView({ ikePolicy })).ikepolicy).toMatchObject({
      phase1_negotiation_mode: 'main',
    });
  });

  const PENDING: Partial<Record<VpnConnectionState, string>> = {
    creating: 'PENDING_CREATE',
    updating: 'PENDING_UPDATE',
    deleting: 'PENDING_DELETE',
    error: 'ERROR',
  };
  const TUNNELS: Record<VpnHealth, string> = { up: 'ACTIVE', down: 'DOWN', unknown: 'UNKNOWN' };
  it.each(VPN_CONNECTION_STATES.flatMap((state) => VPN_HEALTHS.map((tunnel) => [state, tunnel] as const)))(
    'have a status: %s with a tunnel that is %s',
    (state, tunnel) => {
      expect(toStatus({ state, tunnel })).toBe(PENDING[state] ?? TUNNELS[tunnel]);
    },
  );

  const SEALED = { keyId: 'k', sealed: 's' };
  const required = { vgw_id: GATEWAY_ID.toUpperCase(), vgw_ip: EIP_ID, cgw_id: CUSTOMER_GATEWAY_ID };

  it('are commanded with what was given, and the sealed key', () => {
    expect(toCreateCommand({ ...required, psk: 'Abcdef123' }, SEALED)).toEqual({
      gatewayId: GATEWAY_ID,
      gatewayIp: EIP_ID,
      customerGatewayId: CUSTOMER_GATEWAY_ID,
      psk: SEALED,
    });
    const { ikepolicy, ipsecpolicy } = CREATED;
    const command = toCreateCommand(
      {
        ...required,
        style: 'policy',
        policy_rules: [{ source: '10.0.0.0/24', destination: ['192.168.44.0/24'] }],
        ikepolicy: { ...ikepolicy, ike_version: 'v2', local_id_type: 'ip', peer_id_type: 'ip' } as never,
        ipsecpolicy: ipsecpolicy as never,
        ha_role: 'slave',
      },
      undefined,
    );
    const { peerId: _peer, phase1NegotiationMode: _mode, ...ikePolicy } = connectionView().ikePolicy;
    expect(command).toEqual({
      gatewayId: GATEWAY_ID,
      gatewayIp: EIP_ID,
      customerGatewayId: CUSTOMER_GATEWAY_ID,
      style: 'policy',
      policyRules: [{ source: '10.0.0.0/24', destinations: ['192.168.44.0/24'] }],
      ikePolicy,
      ipsecPolicy: connectionView().ipsecPolicy,
      haRole: 'slave',
    });
  });

  it('are changed only by a body that changes something', () => {
    expect(toUpdateCommand(CONNECTION_ID, { name: null }, undefined)).toBeUndefined();
    expect(toUpdateCommand(CONNECTION_ID, { enable_hub: false }, SEALED)).toEqual({
      connectionId: CONNECTION_ID,
      isHubEnabled: false,
      psk: SEALED,
    });
  });

  it('are listed in pages of up to 2000', () => {
    expect(toListQuery({})).toEqual({ limit: 2_000 });
    expect(toListQuery({ limit: 0, marker: 'm', vgw_ip: '10.0.0.1', enterprise_project_id: '0' })).toEqual({
      limit: 0,
      marker: 'm',
      gatewayIp: '10.0.0.1',
      enterpriseProjectId: '0',
    });
  });
});
