/** The import rules of docs/architecture.md, enforced. */
const L0 = '^libs/(cidr|problem|model|contracts|secrets|drivers)/';
const L1 = '^libs/(settings|telemetry|db|queue|rpc)/';
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    forbid('no-cycles', 'A cycle hides who depends on whom.', {}, { circular: true }),
    forbid(
      'l0-is-pure',
      'L0 knows only L0 and no framework.',
      { path: L0, pathNot: '\\.spec\\.ts$' },
      { path: '^(libs|apps|node_modules)/', pathNot: [L0, 'node_modules/ip-address/'] },
    ),
    forbid(
      'l1-knows-no-work',
      'Technology does not know how work is accepted and run.',
      { path: L1, pathNot: '\\.spec\\.ts$' },
      { path: '^(libs/(outbox|operations|quota|ipam-client|testing)|apps)/' },
    ),
    forbid('l2-knows-no-app', 'Libraries do not know apps.', { path: '^libs/' }, { path: '^apps/' }),
    forbid(
      'testing-is-dev-only',
      'libs/testing is imported by tests only.',
      { path: '^(apps|libs)/', pathNot: ['\\.spec\\.ts$', '^libs/testing/', '^(apps|libs)/[^/]+/test/'] },
      { path: '^libs/testing/' },
    ),
    forbid(
      'apps-are-islands',
      'No app imports another app.',
      { path: '^apps/([^/]+)/' },
      { path: '^apps/', pathNot: '^apps/$1/' },
    ),
    forbid(
      'dialects-are-islands',
      'No dialect imports another dialect.',
      { path: '^apps/api-gateway/src/dialects/([^/]+)/' },
      { path: '^apps/api-gateway/src/dialects/[^/]+/', pathNot: '^apps/api-gateway/src/dialects/$1/' },
    ),
    forbid(
      'no-deep-lib-imports',
      'A lib is its index.',
      { path: '^(apps|test|bench)/' },
      { path: '^libs/[^/]+/src/(?!index\\.ts$)' },
    ),
    forbid(
      'no-deep-lib-imports-between-libs',
      'A lib is its index.',
      { path: '^libs/([^/]+)/' },
      { path: '^libs/([^/]+)/src/(?!index\\.ts$)', pathNot: '^libs/$1/' },
    ),
    forbid(
      'typeorm-stays-near-the-database',
      'Only libs/db, outbox, operations, entities, repositories and migrations see TypeORM.',
      {
        path: '^(apps|libs)/',
        pathNot: [
          '^libs/(db|outbox|operations|rpc|testing)/',
          '\\.(entity|repository)\\.ts$',
          '/migrations/',
          '\\.spec\\.ts$',
        ],
      },
      { path: 'node_modules/typeorm/' },
    ),
    forbid(
      'bullmq-stays-in-queue',
      'BullMQ is a wake-up, known to libs/queue only.',
      { path: '^(apps|libs)/', pathNot: ['^libs/queue/', '\\.spec\\.ts$'] },
      { path: 'node_modules/bullmq/' },
    ),
    forbid(
      'transport-stays-in-rpc',
      'ioredis is known to rpc and queue only.',
      { path: '^(apps|libs)/', pathNot: ['^libs/(rpc|queue|testing)/', '\\.spec\\.ts$'] },
      { path: 'node_modules/ioredis/' },
    ),
    forbid(
      'mappers-are-pure',
      'A mapper translates; it calls nobody.',
      { path: '\\.mapper\\.ts$' },
      {
        path: [
          '^libs/(settings|db|queue|rpc|outbox|operations|quota|telemetry)/',
          'node_modules/(typeorm|bullmq|ioredis|pg)/',
          '\\.(client|service|repository|controller)\\.ts$',
        ],
      },
    ),
    forbid(
      'no-orphans',
      'A file nobody imports is dead.',
      { orphan: true, path: '^(apps|libs)/', pathNot: ['\\.spec\\.ts$', '/main\\.ts$', '\\.d\\.ts$'] },
      {},
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    exclude: { path: '(^dist/|\\.cache/)' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
