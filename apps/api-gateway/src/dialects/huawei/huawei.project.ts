import {
  applyDecorators,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Injectable,
  Param,
  UseGuards,
} from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { ProblemError } from '@isthmus/problem';
import { isUuid } from '../../http/validators';
import type { AuthenticatedRequest } from '../../http/request';

const PLAIN_ID = /^[0-9a-f]{32}$/;

/** A project id without dashes, which is how this dialect's clients write it. Undefined for what is none. */
function plainId(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const id = text.toLowerCase();
  if (isUuid(id)) return id.replaceAll('-', '');
  return PLAIN_ID.test(id) ? id : undefined;
}

/** A key acts for its own project. Whether another one exists is not told. */
@Injectable()
class ProjectGuard implements CanActivate {
  canActivate(context: ExecutionContext): true {
    const { params, headers, caller } = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const own = plainId(caller.projectId);
    const { 'x-project-id': stated } = headers;
    const isOwn = plainId((params as { project_id?: string }).project_id) === own;
    if (!isOwn || (stated !== undefined && plainId(stated) !== own)) {
      throw new ProblemError('forbidden', 'these credentials do not act for this project.');
    }
    return true;
  }
}

/** A controller of paths that begin with a version and the caller's project. */
export function ProjectController(version: 'v5' | 'v5.1', path: string): ClassDecorator {
  return applyDecorators(
    Controller(`${version}/:project_id/${path}`),
    UseGuards(ProjectGuard),
    ApiParam({ name: 'project_id', description: '32 hexadecimal digits, or the same as a UUID.' }),
  );
}

/** The project of the path, as the caller wrote it: links are told in the same form. */
export const Project = (): ParameterDecorator => Param('project_id');

export function gatewayLink(project: string, gatewayId: string): string {
  return `/v5/${project}/vpn-gateways/${gatewayId}`;
}

export function connectionLink(project: string, connectionId: string): string {
  return `/v5/${project}/vpn-connection/${connectionId}`;
}
