/** One server-sent event as a client that knows nothing of us reads it. */
export interface SentEvent {
  id: string;
  event: string;
  data: string;
}

/** An open stream of server-sent events, over the `fetch` of Node. */
export class EventStream {
  private readonly decoder = new TextDecoder();
  private text = '';
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;

  private constructor(
    readonly response: Response,
    private readonly controller: AbortController,
  ) {
    this.reader = (response.body as ReadableStream<Uint8Array>).getReader();
  }

  static async open(url: string, secretKey: string, lastEventId?: string): Promise<EventStream> {
    const controller = new AbortController();
    const headers = {
      'x-auth-token': secretKey,
      accept: 'text/event-stream',
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    };
    return new EventStream(await fetch(url, { headers, signal: controller.signal }), controller);
  }

  /** The next event, or undefined when the server has ended the stream. */
  async next(): Promise<SentEvent | undefined> {
    for (let block = await this.block(); block !== undefined; block = await this.block()) {
      const fields = new Map(
        block.split('\n').map((line) => [line.split(': ', 1)[0], line.slice(line.indexOf(': ') + 2)]),
      );
      const data = fields.get('data');
      if (data !== undefined) return { id: fields.get('id') ?? '', event: fields.get('event') ?? 'message', data };
    }
    return undefined;
  }

  /** All that is left until the server ends the stream. */
  async rest(): Promise<SentEvent[]> {
    const events: SentEvent[] = [];
    for (let event = await this.next(); event; event = await this.next()) events.push(event);
    return events;
  }

  /** The next comment line. */
  async comment(): Promise<string | undefined> {
    for (let block = await this.block(); block !== undefined; block = await this.block()) {
      if (block.startsWith(':')) return block;
    }
    return undefined;
  }

  close(): void {
    this.controller.abort();
  }

  private async block(): Promise<string | undefined> {
    for (;;) {
      const end = this.text.indexOf('\n\n');
      if (end !== -1) {
        const block = this.text.slice(0, end);
        this.text = this.text.slice(end + 2);
        return block;
      }
      const { done, value } = await this.reader.read();
      if (done) return undefined;
      this.text += this.decoder.decode(value, { stream: true });
    }
  }
}
