import { applyDecorators, Catch, type RpcExceptionFilter, UseFilters } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { type Observable, throwError } from 'rxjs';

/** Nest's own filter would replace every error by "Internal server error"; the transport needs the ProblemError itself. */
@Catch()
class HandOverErrors implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

const handOverErrors = new HandOverErrors();

/**
 * A method decorator for the handlers of one service, which takes only patterns that the service's contract names:
 * `const AnswersNetwork = Answers<NetworkCalls>()`, then `@AnswersNetwork('private-network.get')`.
 */
export function Answers<Calls>(): (pattern: keyof Calls & string) => MethodDecorator {
  return (pattern) => applyDecorators(MessagePattern(pattern), UseFilters(handOverErrors));
}
