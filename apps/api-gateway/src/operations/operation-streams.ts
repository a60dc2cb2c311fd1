import { hash } from 'node:crypto';
import { PassThrough, type Readable } from 'node:stream';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { OperationDetails } from './operation-details';
import { OperationWatch } from './operation-watch';

const HEARTBEAT_EVERY_MS = 10_000;
/** A client that lost its connection comes back after this time, with the id of the last event it got. */
const RECONNECT_MS = 1_000;

/** One server-sent event. Its id says what is told, so it is the same on every gateway. */
interface Frame {
  id: string;
  text: string;
  isLast: boolean;
}

/**
 * Streams of server-sent events, one per client. Each event is the whole operation, so one that a slow client missed is
 * made good by the next, and the stream ends after the one that tells the end. However many watch one operation, it is
 * looked at once.
 */
@Injectable()
export class OperationStreams implements OnModuleDestroy {
  private readonly streams = new Set<PassThrough>();
  private readonly frames = new WeakMap<OperationDetails, Frame>();
  private heartbeat: NodeJS.Timeout | undefined;
  private isStopping = false;

  constructor(private readonly watch: OperationWatch) {}

  /** The process stops: clients come back to another gateway and go on there. */
  onModuleDestroy(): void {
    this.isStopping = true;
    for (const stream of this.streams) stream.end();
  }

  /** What is new since `lastEventId`, and all that comes; undefined when the client has had the last event already. */
  open(operation: OperationDetails, lastEventId: string | undefined): Readable | undefined {
    const first = this.frameOf(operation);
    if (first.isLast && first.id === lastEventId) return undefined;
    const stream = new PassThrough();
    stream.write(`retry: ${RECONNECT_MS}\n\n`);
    let toldId = lastEventId;
    const tell = (frame: Frame): void => {
      // Whoever does not read is told later what is true then.
      if (frame.id === toldId || stream.writableEnded || (stream.writableNeedDrain && !frame.isLast)) return;
      toldId = frame.id;
      if (frame.isLast) stream.end(frame.text);
      else stream.write(frame.text);
    };
    tell(first);
    if (first.isLast || this.isStopping) stream.end();
    else
      this.keep(
        stream,
        this.watch.follow(operation.id, (seen) => tell(this.frameOf(seen))),
      );
    return stream;
  }

  private keep(stream: PassThrough, stopFollowing: () => void): void {
    this.streams.add(stream);
    this.heartbeat ??= setInterval(() => this.beat(), HEARTBEAT_EVERY_MS);
    const forget = (): void => {
      stopFollowing();
      this.streams.delete(stream);
      if (this.streams.size > 0) return;
      clearInterval(this.heartbeat);
      this.heartbeat = undefined;
    };
    // Ended by us, or destroyed because the client went away.
    stream.once('finish', forget).once('close', forget);
  }

  private beat(): void {
    for (const stream of this.streams) {
      // Has not read a few kilobytes since the last beat: nobody is there.
      if (stream.writableNeedDrain) stream.destroy();
      else if (!stream.writableEnded) stream.write(': still here\n\n');
    }
  }

  /** Made once, however many it is sent to. */
  private frameOf(operation: OperationDetails): Frame {
    const known = this.frames.get(operation);
    if (known) return known;
    const data = JSON.stringify(operation);
    const id = hash('sha256', data, 'base64url').slice(0, 22);
    const isLast = operation.state !== 'pending';
    const frame = { id, isLast, text: `id: ${id}\nevent: ${isLast ? 'end' : 'progress'}\ndata: ${data}\n\n` };
    this.frames.set(operation, frame);
    return frame;
  }
}
