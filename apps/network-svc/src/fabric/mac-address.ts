import { randomBytes } from 'node:crypto';

/** Who draws MAC addresses from which block: so the two never meet on a network, though each looks at its own only. */
const BLOCKS = { nic: '02:00:00', 'gateway-port': '02:00:01' } as const;

/** Locally administered; the last three bytes are drawn. */
export function randomMacAddress(kind: keyof typeof BLOCKS): string {
  const bytes = [...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, '0'));
  return [BLOCKS[kind], ...bytes].join(':');
}
