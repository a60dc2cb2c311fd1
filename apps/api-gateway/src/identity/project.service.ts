import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Tx } from '@isthmus/db';
import { ProblemError } from '@isthmus/problem';
import { AuditWriter } from '../audit/audit.writer';
import { checkIfMatch, revisionTag } from '../http/etag';
import type { RequestContext } from '../http/request';
import { LocalWork } from '../idempotency/local-work';
import { type Caller, requireAdmin } from './caller';
import type { ProjectEntity } from './project.entity';
import { ProjectRepository } from './project.repository';

/** The projects of organizations. A key with the scope admin reaches all of its organization, any other one its own. */
@Injectable()
export class ProjectService {
  constructor(
    private readonly projects: ProjectRepository,
    private readonly localWork: LocalWork,
    private readonly audit: AuditWriter,
  ) {}

  /** Throws `forbidden`. A dry run makes none. */
  async create(name: string, caller: Caller, call: RequestContext, isDryRun = false): Promise<ProjectEntity> {
    requireAdmin(caller);
    const { organizationId } = caller;
    const work = async (tx: Tx): Promise<ProjectEntity> => {
      const created = await this.projects.insert(tx, { id: randomUUID(), organizationId, name });
      await this.record(tx, call, 'project.create', created);
      return created;
    };
    return this.localWork.once(call, work, isDryRun);
  }

  /** Those behind `afterId` in the order of their ids. */
  async list(caller: Caller, afterId: string | undefined, limit: number): Promise<ProjectEntity[]> {
    if (caller.scope === 'admin') return this.projects.page(caller.organizationId, afterId, limit);
    const own = await this.get(caller.projectId, caller);
    return afterId === undefined || own.id > afterId ? [own] : [];
  }

  async get(id: string, caller: Caller): Promise<ProjectEntity> {
    const isReached = caller.scope === 'admin' || id === caller.projectId;
    return found(isReached ? await this.projects.find(id, caller.organizationId) : undefined, id);
  }

  /** Throws `forbidden`, `not-found`, and `precondition-failed` when `ifMatch` names another version. */
  async rename(
    id: string,
    { name, ifMatch }: { name: string; ifMatch?: string },
    caller: Caller,
    call: RequestContext,
  ): Promise<ProjectEntity> {
    requireAdmin(caller);
    const work = async (tx: Tx): Promise<ProjectEntity> => {
      const before = found(await this.projects.lock(tx, id, caller.organizationId), id);
      checkIfMatch(revisionTag(id, before.revision), ifMatch);
      const after = await this.projects.rename(tx, id, name);
      await this.record(tx, call, 'project.update', after, before);
      return after;
    };
    return this.localWork.once(call, work);
  }

  private record(
    tx: Tx,
    call: RequestContext,
    action: string,
    after: ProjectEntity,
    before?: ProjectEntity,
  ): Promise<void> {
    return this.audit.accepted(tx, call, { action, resourceType: 'project', resourceId: after.id, before, after });
  }
}

function found(project: ProjectEntity | undefined, id: string): ProjectEntity {
  if (!project) throw ProblemError.notFound('project', id);
  return project;
}
