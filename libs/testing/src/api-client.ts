import type { Stack } from './stack';
import { until } from './until';

export interface ApiAnswer<Body = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: Body;
}

/** An operation as `GET /v2/operation/{id}` shows it. */
export interface ApiOperation {
  id: string;
  state: string;
  reason?: string;
  message?: string;
  reference: { id: string; link: string; command: string };
}

/** Plain HTTP as the bootstrap project, authenticated by `X-Auth-Token`, which every path takes. */
export class ApiClient {
  constructor(
    private readonly url: string,
    private readonly secretKey: string,
  ) {}

  static of(stack: Stack, gateway = 0): ApiClient {
    return new ApiClient(stack.urls[gateway] as string, stack.credentials.secretKey);
  }

  async send<Body = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<ApiAnswer<Body>> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        'x-auth-token': this.secretKey,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : {}) as Body };
  }

  /** Submits a mutation whose answer is the operation. Throws when it was refused. */
  async submit(method: string, path: string, body?: unknown): Promise<ApiOperation> {
    const answer = await this.send<ApiOperation>(method, path, body);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Polls until the operation has ended. A gateway that is away meanwhile is asked again. */
  ended(operationId: string, timeoutMs = 90_000): Promise<ApiOperation> {
    const look = async (): Promise<ApiOperation | undefined> => {
      const { status, body } = await this.send<ApiOperation>('GET', `/v2/operation/${operationId}`);
      return status === 200 && body.state !== 'pending' ? body : undefined;
    };
    return until(`operation ${operationId} ends`, look, { timeoutMs, everyMs: 50 });
  }

  /** Submits and waits; throws unless it ends as success. */
  async succeed(method: string, path: string, body?: unknown): Promise<ApiOperation> {
    const operation = await this.ended((await this.submit(method, path, body)).id);
    if (operation.state !== 'success') throw new Error(`${method} ${path}: ${JSON.stringify(operation)}`);
    return operation;
  }
}
