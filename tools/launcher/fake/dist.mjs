import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES } from '../settings.mjs';

const PROGRAM = new URL('service.mjs', import.meta.url).href;

/** A folder like dist/apps whose four apps are fakes. */
export function makeFakeDist(folder) {
  for (const { name } of SERVICES) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'main.js'), `import(${JSON.stringify(PROGRAM)});\n`);
  }
  return folder;
}
