import type { Dialect } from '../http/dialect';
import type { AuthScheme } from '../identity/credentials';
import { exoscaleSignature } from './exoscale/exoscale.auth';
import { exoscaleDialect } from './exoscale/exoscale.errors';
import { ExoscaleModule } from './exoscale/exoscale.module';
import { huaweiSignature } from './huawei/huawei.auth';
import { huaweiDialect } from './huawei/huawei.errors';
import { HuaweiModule } from './huawei/huawei.module';
import { basic, bearer } from './native/native.auth';
import { nativeDialect } from './native/native.errors';
import { NativeModule } from './native/native.module';
import { scalewayToken } from './scaleway/scaleway.auth';
import { scalewayDialect } from './scaleway/scaleway.errors';
import { ScalewayModule } from './scaleway/scaleway.module';
import { upcloudDialect } from './upcloud/upcloud.errors';
import { UpcloudModule } from './upcloud/upcloud.module';

/** All dialects that are spoken; the native one owns what is left. */
export const dialects: readonly Dialect[] = [
  exoscaleDialect,
  scalewayDialect,
  upcloudDialect,
  huaweiDialect,
  nativeDialect,
];

/** All schemes; each is accepted on every path. */
export const authSchemes: readonly AuthScheme[] = [exoscaleSignature, scalewayToken, huaweiSignature, basic, bearer];

export const dialectModules = {
  native: NativeModule,
  scaleway: ScalewayModule,
  exoscale: ExoscaleModule,
  upcloud: UpcloudModule,
  huawei: HuaweiModule,
};
