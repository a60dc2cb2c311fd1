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
  return { ...document, paths: Object.fromEntries(paths) };
}
