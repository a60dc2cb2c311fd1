import { createHash } from 'node:crypto';
import type { ZoneListBody } from './zone.dto';

/** Zones have names in the model and ids here; an id is made from the name, so that it is the same for ever. */
export function zoneId(name: string): string {
  const digest = createHash('sha256').update(`isthmus zone ${name}`).digest('hex');
  const part = (start: number, end: number): string => digest.slice(start, end);
  return `${part(0, 8)}-${part(8, 12)}-8${part(13, 16)}-a${part(17, 20)}-${part(20, 32)}`;
}

/** `origin` is this gateway as the caller reaches it, e.g. `http://127.0.0.1:8080`. */
export function toZoneListBody(names: string[], origin: string): ZoneListBody {
  return {
    zones: names.map((name) => ({ id: zoneId(name), name, 'api-endpoint': `${origin}/zone/${name}/v2` })),
  };
}
