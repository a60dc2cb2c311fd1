import { ApiPropertyOptional } from '@nestjs/swagger';
import { OperationBody } from '../../operations/operation-body';

/** What answers to long-running changes carry beside what UpCloud answers. */
export class WithOperation {
  @ApiPropertyOptional({ type: OperationBody, description: 'Only in answers to changes.' })
  operation?: OperationBody;
}
