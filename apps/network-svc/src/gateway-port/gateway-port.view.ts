import type { PluggedPort } from '@isthmus/contracts';
import type { FabricPort } from '../fabric/fabric.driver';
import type { GatewayPort } from './gateway-port.entity';

export function toPluggedPort(port: GatewayPort): PluggedPort {
  const { id, privateNetworkId, name, addresses, macAddress } = port;
  return { id, privateNetworkId, name, addresses, macAddress };
}

export function toFabricPort(port: GatewayPort): FabricPort {
  const { id, privateNetworkId: networkId, macAddress, addresses } = port;
  return { id, revision: BigInt(port.revision), networkId, macAddress, addresses };
}
