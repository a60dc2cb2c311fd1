import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '@isthmus/db';
import { ProblemError } from '@isthmus/problem';
import { Inbox, type RpcContext } from '@isthmus/rpc';
import { misfitProblem, overlapProblem } from '../subnet/subnet.problems';
import { SubnetRepository } from '../subnet/subnet.repository';
import type { UndoNote } from './request.entity';
import { RequestRepository } from './request.repository';

/** Takes back what one command did, and nothing else; keeps it from being done later. */
@Injectable()
export class RequestService {
  constructor(
    private readonly database: Database,
    private readonly inbox: Inbox,
    private readonly requests: RequestRepository,
    private readonly subnets: SubnetRepository,
  ) {}

  async undo({ undoRequestId }: { undoRequestId: string }, context: RpcContext): Promise<null> {
    if (!undoRequestId) throw ProblemError.invalid('undoRequestId', 'Name the request to undo.', 'required');
    return this.database.transaction(async (tx) => {
      const buried = await this.inbox.bury(tx, undoRequestId);
      const project = await this.requests.projectOf(tx, undoRequestId);
      if (project !== undefined && project !== context.projectId) throw foreignRequest(undoRequestId);
      if (!buried) return null;
      const note = await this.requests.takeNote(tx, undoRequestId);
      // What it made may lie where what it destroyed was.
      await this.takeBack(tx, idsIn(buried.response), undoRequestId, context);
      if (note) await this.restore(tx, note, context);
      return null;
    });
  }

  /** What the command made: addresses first, then the subnets they might lie in. */
  private async takeBack(tx: Tx, ids: string[], requestId: string, { projectId }: RpcContext): Promise<void> {
    if (ids.length === 0) return;
    if (!(await this.requests.undoAllocation(tx, projectId, ids, requestId))) {
      throw inUse('A booked address is attached by now; detach it first.', 'address_is_detached');
    }
    const used = await this.requests.undoSubnets(tx, projectId, ids, requestId);
    if (used) throw inUse(`${used} has addresses in use by now; release them first.`, 'subnet_is_empty');
  }

  /** What the command destroyed. */
  private async restore(tx: Tx, note: UndoNote, context: RpcContext): Promise<void> {
    if (note.kind === 'addresses' && note.data.length > 1) await this.requests.lockSources(tx, note.data);
    for (const former of note.data) {
      if (note.kind === 'shape') await this.restoreShape(tx, former, note.requestId, context);
      else if (note.kind === 'subnets') {
        if (!(await this.requests.restoreSubnet(tx, former))) throw lost('block of the subnet');
      } else if (note.kind === 'placement') {
        if (!(await this.requests.restorePlacement(tx, former))) throw lost('place of the subnet');
      } else if (!(await this.requests.restoreAddress(tx, former))) throw lost('address');
    }
  }

  private async restoreShape(tx: Tx, former: unknown, requestId: string, context: RpcContext): Promise<void> {
    const before = await this.requests.readSubnet(tx, former);
    const now = before && (await this.subnets.lock(tx, context.projectId, before.id));
    // Reshaped again since, or gone: its present shape is not that request's work.
    if (!before || now?.shapedByRequest !== requestId) return;
    const misfit = await this.subnets.findMisfit(tx, before.id, before);
    if (misfit) throw misfitProblem(misfit, before);
    const isSet = await this.subnets.setShape(tx, before.id, before, before.shapedByRequest);
    if (!isSet) throw overlapProblem(before.cidr, undefined);
  }
}

/** The ids of the rows that a command answered; commands that make nothing answer none. */
function idsIn(response: unknown): string[] {
  const views = Array.isArray(response) ? response : [response];
  return views.flatMap((view) => (typeof view?.id === 'string' ? [view.id] : []));
}

function foreignRequest(requestId: string): ProblemError {
  return new ProblemError('not-found', `There is no request ${requestId}.`);
}

function inUse(detail: string, precondition: string): ProblemError {
  return new ProblemError('precondition-failed', detail, { precondition });
}

function lost(what: string): ProblemError {
  return new ProblemError('conflict', `The release cannot be undone: somebody else has the ${what} by now.`);
}
