import { FencedError } from './journal';

const DEADLINE = 'deadline';
const CANCEL = 'cancel';
const DRAIN = 'drain';

/**
 * What stops an execution from outside. The deadline and a cancellation count only while there is a way back; the loss
 * of the lease and the drain of the service count always.
 */
export class Interruption {
  private abort = new AbortController();
  private isWayBackOpen = true;
  private hasBeenCancelled: boolean;

  constructor(isCancelRequested: boolean) {
    this.hasBeenCancelled = isCancelRequested;
  }

  /** Of the step in hand. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Going forward, with the deadline counting. */
  get canTurnBack(): boolean {
    return this.isWayBackOpen;
  }

  get isCancelled(): boolean {
    return this.isWayBackOpen && this.hasBeenCancelled;
  }

  get isDraining(): boolean {
    return this.abort.signal.reason === DRAIN;
  }

  get isFenced(): boolean {
    return this.abort.signal.reason instanceof FencedError;
  }

  fence(operationId: string): void {
    this.abort.abort(new FencedError(operationId));
  }

  drain(): void {
    this.abort.abort(DRAIN);
  }

  passDeadline(): void {
    if (this.isWayBackOpen) this.abort.abort(DEADLINE);
  }

  cancel(): void {
    if (!this.isWayBackOpen) return;
    this.hasBeenCancelled = true;
    this.abort.abort(CANCEL);
  }

  /** Neither the way back nor what comes after the point of no return has a deadline, or can be cancelled. */
  closeWayBack(): void {
    this.isWayBackOpen = false;
    const { reason } = this.abort.signal;
    if (reason === DEADLINE || reason === CANCEL) this.abort = new AbortController();
  }
}
