import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { DRY_RUN_ONLY, DryRunQuery } from '../../dry-run/dry-run.dto';
import { endIn, pageOf } from '../../http/cursor';
import { given } from '../../http/given';
import { AskedBy, Call, type RequestContext } from '../../http/request';
import { validated } from '../../http/validation';
import { ApiKeyService, type KeyWithSecret } from '../../identity/api-key.service';
import type { Caller } from '../../identity/caller';
import { isAccessKey } from '../../identity/credentials';
import {
  ApiKeyBody,
  ApiKeyPageBody,
  ApiKeyWithSecretBody,
  CreateApiKeyBody,
  ListApiKeysQuery,
  PlannedApiKeyBody,
  RotateApiKeyBody,
} from './api-key.dto';
import { planned } from './planned';

/** All of it needs a key with the scope admin. */
@ApiTags('api-keys')
@Controller('v1/api-keys')
export class ApiKeyController {
  constructor(private readonly keys: ApiKeyService) {}

  /** The answer is the only one that shows the secret. */
  @Post()
  @Header('cache-control', 'no-store')
  @ApiOperation({ operationId: 'createApiKey' })
  @ApiCreatedResponse({ type: ApiKeyWithSecretBody })
  @ApiOkResponse({ type: PlannedApiKeyBody, description: DRY_RUN_ONLY })
  async create(
    @Query(validated) { dry_run: isDryRun }: DryRunQuery,
    @Body(validated) { projectId, name, scope, expiresAt }: CreateApiKeyBody,
    @AskedBy() caller: Caller,
    @Call() call: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ApiKeyWithSecretBody | PlannedApiKeyBody> {
    const command = { name, scope, ...given({ projectId: projectId?.toLowerCase(), expiresAt }) };
    const created = await this.keys.create(command, caller, call, isDryRun);
    return isDryRun ? planned(reply, created.key) : withSecret(created);
  }

  /** Without those that are revoked. */
  @Get()
  @ApiOperation({ operationId: 'listApiKeys' })
  @ApiOkResponse({ type: ApiKeyPageBody })
  async list(
    @Query(validated) { limit, cursor, projectId }: ListApiKeysQuery,
    @AskedBy() caller: Caller,
  ): Promise<ApiKeyPageBody> {
    const filter = { projectId, after: endIn(cursor, isAccessKey), limit: limit + 1 };
    return pageOf(await this.keys.list(caller, filter), limit, ({ accessKey }) => accessKey);
  }

  @Get(':accessKey')
  @ApiOperation({ operationId: 'getApiKey' })
  @ApiOkResponse({ type: ApiKeyBody })
  get(@Param('accessKey') accessKey: string, @AskedBy() caller: Caller): Promise<ApiKeyBody> {
    return this.keys.get(accessKey, caller);
  }

  /**
   * Makes a new secret, which only this answer shows. The one before works on for the overlap; without one it is refused
   * by the time of the answer. A doubled colon is a literal one to the router.
   */
  @Post(':accessKey(^[^:/]+)::rotate')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiOperation({ operationId: 'rotateApiKey' })
  @ApiOkResponse({ type: ApiKeyWithSecretBody })
  async rotate(
    @Param('accessKey') accessKey: string,
    @Body(validated) { overlapSeconds }: RotateApiKeyBody,
    @AskedBy() caller: Caller,
    @Call() call: RequestContext,
  ): Promise<ApiKeyWithSecretBody> {
    return withSecret(await this.keys.rotate(accessKey, overlapSeconds, caller, call));
  }

  /** Revokes the key: by the time of the answer it is refused everywhere. The last admin key stays. */
  @Delete(':accessKey')
  @HttpCode(204)
  @ApiOperation({ operationId: 'revokeApiKey' })
  @ApiNoContentResponse()
  revoke(
    @Param('accessKey') accessKey: string,
    @AskedBy() caller: Caller,
    @Call() call: RequestContext,
  ): Promise<void> {
    return this.keys.revoke(accessKey, caller, call);
  }
}

function withSecret({ key, secretKey }: KeyWithSecret): ApiKeyWithSecretBody {
  return { ...key, secretKey };
}
