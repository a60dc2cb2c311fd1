import { Body, Controller, Get, Headers, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { DRY_RUN_ONLY, DryRunQuery } from '../../dry-run/dry-run.dto';
import { endIn, pageOf } from '../../http/cursor';
import { isKnownToCaller, revisionTag } from '../../http/etag';
import { IdPipe } from '../../http/id.pipe';
import { AskedBy, Call, type RequestContext } from '../../http/request';
import { validated } from '../../http/validation';
import { isUuid } from '../../http/validators';
import type { Caller } from '../../identity/caller';
import { ProjectService } from '../../identity/project.service';
import { PageQuery } from './page';
import { planned } from './planned';
import { CreateProjectBody, PlannedProjectBody, ProjectBody, ProjectPageBody, UpdateProjectBody } from './project.dto';

const PROJECT_ID = new IdPipe('project');

@ApiTags('projects')
@Controller('v1/projects')
export class ProjectController {
  constructor(private readonly projects: ProjectService) {}

  /** Needs a key with the scope admin. The project belongs to the organization of the key. */
  @Post()
  @ApiOperation({ operationId: 'createProject' })
  @ApiCreatedResponse({ type: ProjectBody })
  @ApiOkResponse({ type: PlannedProjectBody, description: DRY_RUN_ONLY })
  async create(
    @Query(validated) { dry_run: isDryRun }: DryRunQuery,
    @Body(validated) { name }: CreateProjectBody,
    @AskedBy() caller: Caller,
    @Call() call: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProjectBody | PlannedProjectBody> {
    const project = await this.projects.create(name, caller, call, isDryRun);
    return isDryRun ? planned(reply, project) : told(project, reply);
  }

  /** All of the organization for a key with the scope admin, else the key's own. */
  @Get()
  @ApiOperation({ operationId: 'listProjects' })
  @ApiOkResponse({ type: ProjectPageBody })
  async list(@Query(validated) { limit, cursor }: PageQuery, @AskedBy() caller: Caller): Promise<ProjectPageBody> {
    const projects = await this.projects.list(caller, endIn(cursor, isUuid), limit + 1);
    return pageOf(projects, limit, ({ id }) => id);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getProject' })
  @ApiHeader({ name: 'If-None-Match', required: false })
  @ApiOkResponse({ type: ProjectBody })
  async get(
    @Param('id', PROJECT_ID) id: string,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @AskedBy() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProjectBody | undefined> {
    const project = await this.projects.get(id, caller);
    return isKnownToCaller(tagOf(project), ifNoneMatch, reply) ? undefined : project;
  }

  /** Needs a key with the scope admin. */
  @Patch(':id')
  @ApiOperation({ operationId: 'updateProject' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'The ETag of the version that is to be changed.' })
  @ApiOkResponse({ type: ProjectBody })
  async update(
    @Param('id', PROJECT_ID) id: string,
    @Body(validated) { name }: UpdateProjectBody,
    @Headers('if-match') ifMatch: string | undefined,
    @AskedBy() caller: Caller,
    @Call() call: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProjectBody> {
    return told(await this.projects.rename(id, { name, ifMatch }, caller, call), reply);
  }
}

function told(project: ProjectBody, reply: FastifyReply): ProjectBody {
  void reply.header('etag', tagOf(project));
  return project;
}

function tagOf({ id, revision }: ProjectBody): string {
  return revisionTag(id, revision);
}
