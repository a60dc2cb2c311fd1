import { hash, randomUUID } from 'node:crypto';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { IpamCalls, NetworkCalls, VpnCalls } from '@isthmus/contracts';
import { Database } from '@isthmus/db';
import { Topology } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { type CallContext, RpcCaller, Signals } from '@isthmus/rpc';
import { createLogger } from '@isthmus/telemetry';
import { AppModule } from './app.module';
import { offlineConfig } from './config';
import { dialects } from './dialects';
import { createAdapter } from './http/server';
import { SecretBox } from '@isthmus/secrets';

type Calls = NetworkCalls & IpamCalls & VpnCalls;
export type Handlers = { [P in keyof Calls]?: (data: Calls[P]['request']) => Calls[P]['response'] };

export interface TestKey {
  projectId: string;
  accessKey: string;
  secret: string;
  scope: 'admin' | 'write' | 'read';
  expiresAt: Date | null;
}

export interface TestGateway {
  app: NestFastifyApplication;
  inject: NestFastifyApplication['inject'];
  keys: { admin: TestKey; reader: TestKey; expired: TestKey };
  /** Every call to a service, in order. */
  calls: { pattern: string; data: unknown; context: CallContext }[];
  /** What the services answer; a call without a handler fails. */
  handlers: Handlers;
  /** Rows that the operation reader finds. */
  operations: Map<string, object>;
  signal(operationId: string): void;
  close(): Promise<void>;
}

/** The project of the key `admin`, for paths that name it. */
export const ADMIN_PROJECT_ID = '5b0c6f1e-7c1d-4f0a-9e55-0d8a5c6b7e21';

export const TEST_TOPOLOGY = new Topology({
  defaultZone: 'fr-par-1',
  regions: [
    { name: 'fr-par', zones: [{ name: 'fr-par-1' }, { name: 'fr-par-2' }] },
    { name: 'ch-gva', zones: [{ name: 'ch-gva-2' }] },
  ],
});

/** The gateway with its whole HTTP pipeline, on services and stores that the test plays. */
export async function createTestGateway(settleWindowMs = 1_000): Promise<TestGateway> {
  const config = Object.assign(offlineConfig(), { topology: TEST_TOPOLOGY, settleWindowMs });
  const box = new SecretBox(config.masterKey);
  const key = (letter: string, scope: TestKey['scope'], expiresAt: Date | null = null): TestKey => ({
    projectId: randomUUID(),
    accessKey: `SCW${letter.repeat(17)}`,
    secret: randomUUID(),
    scope,
    expiresAt,
  });
  const admin = { ...key('A', 'admin'), projectId: ADMIN_PROJECT_ID };
  const keys = { admin, reader: key('R', 'read'), expired: key('E', 'admin', new Date(0)) };
  const state: Pick<TestGateway, 'calls' | 'handlers' | 'operations'> = {
    calls: [],
    handlers: {},
    operations: new Map(),
  };
  const signals = new FakeSignals();
  const stores = fakeStores({
    database: new FakeDatabase(Object.values(keys), box, state.operations),
    rpc: new FakeServices(state),
    signals,
  });
  const logger = createLogger('api-gateway', 'silent');
  const testing = await Test.createTestingModule({ imports: [AppModule.of(config, logger, [stores])] }).compile();
  const app = testing.createNestApplication<NestFastifyApplication>(createAdapter(dialects), {
    bodyParser: false,
    logger: false,
  });
  await app.init();
  return {
    app,
    inject: app.inject.bind(app) as NestFastifyApplication['inject'],
    keys,
    ...state,
    signal: (operationId) => signals.publish('', operationId),
    close: () => app.close(),
  };
}

function fakeStores(fakes: { database: object; rpc: object; signals: object }): DynamicModule {
  @Global()
  @Module({})
  class FakeStores {}
  return {
    module: FakeStores,
    global: true,
    providers: [
      { provide: Database, useValue: fakes.database },
      { provide: RpcCaller, useValue: fakes.rpc },
      { provide: Signals, useValue: fakes.signals },
    ],
    exports: [Database, RpcCaller, Signals],
  };
}

/** Answers the gateway's own few statements. */
class FakeDatabase {
  constructor(
    private readonly keys: TestKey[],
    private readonly box: SecretBox,
    private readonly operations: Map<string, object>,
  ) {}

  async query(sql: string, values: unknown[] = []): Promise<object[]> {
    if (sql.includes('gateway.api_key')) return this.findKey(sql, values[0]);
    if (!sql.includes('ANY($1')) return this.ofResource(values[0] as string, values[1]);
    const isEnded = sql.includes("<> 'pending'");
    return (values[0] as string[]).flatMap((id) => (isEnded ? this.ended(id) : (this.operations.get(id) ?? [])));
  }

  /** Keeps nothing. */
  async execute(): Promise<number> {
    return 1;
  }

  private ofResource(resourceId: string, projectId: unknown): object[] {
    const found = this.operations.get(resourceId);
    return found && (found as { projectId: string }).projectId === projectId ? [found] : [];
  }

  private ended(id: string): object[] {
    const found = this.operations.get(id);
    return found && (found as { state: string }).state !== 'pending' ? [found] : [];
  }

  private findKey(sql: string, lookup: unknown): object[] {
    const found = this.keys.find((key) =>
      sql.includes('secret_sha256 = $1')
        ? hash('sha256', key.secret, 'hex') === (lookup as Buffer).toString('hex')
        : key.accessKey === lookup,
    );
    if (!found) return [];
    const { secret, ...rest } = found;
    const secretSealed = this.box.seal(secret, found.accessKey);
    const secretSha256 = hash('sha256', secret, 'buffer');
    return [{ ...rest, organizationId: found.projectId, secretSha256, secretSealed, masterKeyId: this.box.keyId }];
  }
}

class FakeSignals {
  private readonly listeners: ((payload: string) => void)[] = [];

  publish(_channel: string, payload: string): void {
    for (const listen of this.listeners) listen(payload);
  }

  async subscribe(_channel: string, listener: (payload: string) => void): Promise<() => void> {
    this.listeners.push(listener);
    return () => undefined;
  }
}

class FakeServices {
  constructor(private readonly state: Pick<TestGateway, 'calls' | 'handlers'>) {}

  async call(_service: string, pattern: keyof Calls, data: never, context: CallContext): Promise<unknown> {
    this.state.calls.push({ pattern, data, context });
    const handler = this.state.handlers[pattern] as ((data: never) => unknown) | undefined;
    if (!handler) throw new ProblemError('unavailable', `Nobody answers ${pattern}.`);
    return handler(data);
  }

  async ping(): Promise<never> {
    throw new ProblemError('unavailable', 'Nobody answers pings.');
  }
}
