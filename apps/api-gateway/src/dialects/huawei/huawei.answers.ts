import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { OperationView } from '@isthmus/model';
import { OperationBody, toOperationBody } from '../../operations/operation-body';
import { tellOperation } from '../../operations/operation-headers';

/** What every answer has beside what was asked for. */
export class Answer {
  @ApiProperty({ format: 'uuid', description: 'As in the header X-Request-Id.' })
  request_id!: string;
}

export class AnswerToChange extends Answer {
  @ApiPropertyOptional({ type: OperationBody, description: 'Only in answers to changes that take time.' })
  operation?: OperationBody;
}

/** Tells of accepted work. Gateways and connections take long by nature, so no answer waits for the end. */
export function tell(operation: OperationView, reply: FastifyReply, link: string): OperationBody {
  tellOperation(reply, operation);
  return toOperationBody(operation, link);
}

/** The same for several operations of one request: the header has all their ids. */
export function tellAll(
  operations: OperationView[],
  reply: FastifyReply,
  linkOf: (id: string) => string,
): OperationBody[] {
  const bodies = operations.map((operation) => tell(operation, reply, linkOf(operation.reference.id)));
  if (operations.length > 1) {
    void reply.header('operation-id', operations.map(({ id }) => id).join(', ')).removeHeader('operation-location');
  }
  return bodies;
}
