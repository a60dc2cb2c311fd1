import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INestApplication, Type } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { dialectModules } from './dialects';

interface Document {
  module: Type;
  title: string;
  /** Paths outside are aliases, which the document leaves out. */
  prefix: string;
}

const VERSION = '1';
const SIGNATURES = 'EXO2-HMAC-SHA256 or SDK-HMAC-SHA256';
const DOCUMENTS: Record<keyof typeof dialectModules, Document> = {
  native: { module: dialectModules.native, title: 'Isthmus', prefix: '/' },
  scaleway: { module: dialectModules.scaleway, title: 'Isthmus in the Scaleway dialect', prefix: '/' },
  exoscale: { module: dialectModules.exoscale, title: 'Isthmus in the Exoscale dialect', prefix: '/v2/' },
  upcloud: { module: dialectModules.upcloud, title: 'Isthmus in the UpCloud dialect', prefix: '/1.3/' },
  huawei: { module: dialectModules.huawei, title: 'Isthmus in the Huawei Cloud dialect', prefix: '/v5' },
};

type Operation = NonNullable<OpenAPIObject['paths'][string]['post']>;

const MUTATIONS = ['post', 'put', 'patch', 'delete'] as const;
const IDEMPOTENCY: OpenAPIObject['components'] = {
  parameters: {
    IdempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description:
        'Made once per intention and kept for all tries: the request is done once, and answered as at first.',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x20-\\x7e]+$' },
    },
  },
  headers: {
    IdempotentReplayed: {
      description: 'This is the answer that an earlier try with the same Idempotency-Key had.',
      schema: { type: 'string', enum: ['true'] },
    },
  },
};

/** Writes one OpenAPI document per dialect into `directory`. */
export function writeOpenApi(app: INestApplication, directory: string): void {
  mkdirSync(directory, { recursive: true });
  for (const [dialect, document] of Object.entries(DOCUMENTS)) {
    const text = JSON.stringify(describe(app, document), null, 2);
    writeFileSync(join(directory, `${dialect}.json`), `${text}\n`);
  }
}

function describe(app: INestApplication, { module, title, prefix }: Document): OpenAPIObject {
  const base = new DocumentBuilder()
    .setTitle(title)
    .setVersion(VERSION)
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-Auth-Token' }, 'token')
    .addBasicAuth({ type: 'http', scheme: 'basic', description: 'Access key and secret.' }, 'basic')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'The secret.' }, 'bearer')
    .addApiKey({ type: 'apiKey', in: 'header', name: 'Authorization', description: SIGNATURES }, 'signature')
    .addSecurityRequirements('token')
    .addSecurityRequirements('basic')
    .addSecurityRequirements('bearer')
    .addSecurityRequirements('signature')
    .build();
  const document = SwaggerModule.createDocument(app, base, { include: [module] });
  const paths = Object.entries(document.paths).filter(([path]) => path.startsWith(prefix));
  for (const [, path] of paths) MUTATIONS.forEach((method) => path[method] && tellIdempotency(path[method]));
  return { ...document, paths: Object.fromEntries(paths), components: { ...document.components, ...IDEMPOTENCY } };
}

/** The pipeline does this for every mutation, so no controller says it. */
function tellIdempotency(operation: Operation): void {
  operation.parameters = [...(operation.parameters ?? []), { $ref: '#/components/parameters/IdempotencyKey' }];
  for (const [status, response] of Object.entries(operation.responses)) {
    if (!status.startsWith('2') || !response || '$ref' in response) continue;
    response.headers = {
      ...response.headers,
      'Idempotent-Replayed': { $ref: '#/components/headers/IdempotentReplayed' },
    };
  }
}
