import type { PipeTransform } from '@nestjs/common';
import type { ResourceType } from '@isthmus/model';
import { ProblemError } from '@isthmus/problem';
import { isUuid } from './validators';

/** An id in a path. What is no UUID names nothing, so it is answered like any id that is not there. */
export class IdPipe implements PipeTransform<string, string> {
  constructor(private readonly resource: ResourceType) {}

  transform(value: string): string {
    const id = value.toLowerCase();
    if (!isUuid(id)) throw ProblemError.notFound(this.resource, value);
    return id;
  }
}
