import type { Tx } from '@isthmus/db';

/** Who must do something for each event, in the transaction that gives it its position. */
export abstract class EventFanOut {
  /** Of the events at positions `first` to `last`, both included. Answers how many things there are to do for them. */
  abstract fanOut(tx: Tx, first: number, last: number): Promise<number>;
}
