import { Injectable } from '@nestjs/common';
import type { ServiceName } from '@isthmus/contracts';
import { Database } from '@isthmus/db';
import { RpcCaller } from '@isthmus/rpc';
import type { ReadinessBody } from './health.dto';

const PING_TIMEOUT_MS = 1_000;
/** Those without which a request cannot be served. */
const NEEDED: ServiceName[] = ['network', 'ipam', 'vpn'];

/** Looks whether everything that requests need answers, by a real round trip. */
@Injectable()
export class Readiness {
  private running: Promise<ReadinessBody> | undefined;

  constructor(
    private readonly database: Database,
    private readonly rpc: RpcCaller,
  ) {}

  /** Anybody may ask, so those who ask at the same time share one look. */
  check(): Promise<ReadinessBody> {
    this.running ??= this.look().finally(() => (this.running = undefined));
    return this.running;
  }

  private async look(): Promise<ReadinessBody> {
    const checks = Object.fromEntries(
      await Promise.all([
        answers('database', this.database.query('SELECT 1')),
        ...NEEDED.map((service) => answers(service, this.rpc.ping(service, PING_TIMEOUT_MS))),
      ]),
    );
    return { status: Object.values(checks).every(Boolean) ? 'ok' : 'unavailable', checks };
  }
}

async function answers(name: string, attempt: Promise<unknown>): Promise<[string, boolean]> {
  return attempt.then(
    () => [name, true],
    () => [name, false],
  );
}
