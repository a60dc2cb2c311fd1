/** One booked address in the model. */
export interface Booked {
  id: string;
  host: number;
  /** MAC address of the custom resource, or null. */
  mac: string | null;
  bookedBy: string;
  attachedBy: string | null;
}

/**
 * The simplest thing that could be right: a list of bookings, and a copy of it for each request that ended something.
 * Every method answers what the service must answer: an error code, or the booking that it is about, or null.
 */
export class BookingModel {
  readonly booked = new Map<number, Booked>();
  private readonly notes = new Map<string, Booked[]>();
  private readonly undone = new Set<string>();

  constructor(
    readonly first: number,
    readonly last: number,
  ) {}

  all(): Booked[] {
    return [...this.booked.values()];
  }

  freeHost(): number | 'exhausted' {
    for (let host = this.first; host <= this.last; host++) if (!this.booked.has(host)) return host;
    return 'exhausted';
  }

  book(requestId: string, host: number, id: string, mac: string | null): void {
    this.booked.set(host, { id, host, mac, bookedBy: requestId, attachedBy: mac && requestId });
  }

  attach(requestId: string, booked: Booked, mac: string): 'conflict' | null {
    if (booked.mac) return 'conflict';
    Object.assign(booked, { mac, attachedBy: requestId });
    return null;
  }

  detach(requestId: string, booked: Booked, mac: string): 'precondition-failed' | null {
    if (booked.mac !== mac) return 'precondition-failed';
    this.note(requestId, [booked]);
    Object.assign(booked, { mac: null, attachedBy: null });
    return null;
  }

  move(requestId: string, booked: Booked, from: string, to: string): 'precondition-failed' | null {
    if (booked.mac !== from) return 'precondition-failed';
    this.note(requestId, [booked]);
    Object.assign(booked, { mac: to, attachedBy: requestId });
    return null;
  }

  release(requestId: string, all: Booked[]): 'precondition-failed' | null {
    if (all.some(({ mac }) => mac)) return 'precondition-failed';
    this.note(requestId, all);
    for (const { host } of all) this.booked.delete(host);
    return null;
  }

  undo(requestId: string): 'precondition-failed' | 'conflict' | null {
    if (this.undone.has(requestId)) return null;
    const mine = this.all().filter(({ bookedBy }) => bookedBy === requestId);
    if (mine.some(({ mac, attachedBy }) => mac && attachedBy !== requestId)) return 'precondition-failed';
    const former = this.notes.get(requestId) ?? [];
    const isBlocked = former.some((before) => {
      const now = this.booked.get(before.host);
      return now && (now.id !== before.id || (now.mac && now.attachedBy !== requestId));
    });
    if (isBlocked) return 'conflict';
    this.undone.add(requestId);
    for (const { host } of mine) this.booked.delete(host);
    for (const booked of this.all()) {
      if (booked.attachedBy === requestId) Object.assign(booked, { mac: null, attachedBy: null });
    }
    for (const before of former) this.booked.set(before.host, { ...before });
    return null;
  }

  private note(requestId: string, all: Booked[]): void {
    this.notes.set(
      requestId,
      all.map((booked) => ({ ...booked })),
    );
  }
}
