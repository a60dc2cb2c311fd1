import { openApi } from './api.mjs';
import { speakers } from './dialects.mjs';
import { expectations } from './expect.mjs';
import { operationWatch } from './operations.mjs';

/**
 * @typedef {object} Stage What scenes work with.
 * @property {string} url
 * @property {{projectId: string, accessKey: string, secretKey: string}} credentials
 * @property {ReturnType<import('./screen.mjs').openScreen>} screen
 * @property {ReturnType<typeof openApi>} api
 * @property {ReturnType<typeof speakers>['exoscale']} exoscale
 * @property {ReturnType<typeof speakers>['scaleway']} scaleway
 * @property {ReturnType<typeof speakers>['huawei']} huawei
 * @property {ReturnType<typeof operationWatch>} operations
 * @property {ReturnType<typeof expectations>} expect
 * @property {(print: (line: string) => void) => Promise<number>} runDoctor how many invariants are breached
 * @property {() => Promise<void>} audit the same, shown as one line
 * @property {{postgres: {url: string}, redis: {url: string}}} stores
 * @property {Map<string, {pid: number, restarts: number, kill: (signal: string) => boolean}>} services
 * @property {{shop?: string}} kept what a scene leaves for later ones
 */

/**
 * @param {{isthmus: object, screen: object, signal: AbortSignal}} options
 * @returns {Promise<Stage>}
 */
export async function setStage({ isthmus, screen, signal }) {
  // It needs an installed package, so it cannot be loaded before the bootstrap.
  const doctor = await import('../doctor.mjs');
  const { url, credentials, stores, services } = isthmus;
  const expect = expectations(screen);
  const api = openApi({ url, credentials, screen, signal });
  const operations = operationWatch({ api, screen, expect, signal });
  const runDoctor = (print) => doctor.runDoctor(stores.postgres.url, print);
  const audit = async () => {
    const lines = [];
    const breached = await runDoctor((line) => lines.push(line));
    if (breached > 0) lines.forEach((line) => screen.cross(line));
    expect(`auditor: ${lines.at(-1)}`, breached, 0);
  };
  const dialects = speakers({ api, screen, expect, operations });
  return {
    url,
    credentials,
    stores,
    services,
    screen,
    api,
    ...dialects,
    operations,
    expect,
    runDoctor,
    audit,
    kept: {},
  };
}
