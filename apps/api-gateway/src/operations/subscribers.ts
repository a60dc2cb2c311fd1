type Tell<T> = (value: T) => void;

/** Who wants to hear of which operation. */
export class Subscribers<T> {
  private readonly byId = new Map<string, Set<Tell<T>>>();

  /** Every operation that somebody wants to hear of, once. */
  get ids(): string[] {
    return [...this.byId.keys()];
  }

  /** How many want to hear, of whatever operation. */
  get size(): number {
    let size = 0;
    for (const tells of this.byId.values()) size += tells.size;
    return size;
  }

  get isEmpty(): boolean {
    return this.byId.size === 0;
  }

  has(id: string): boolean {
    return this.byId.has(id);
  }

  add(id: string, tell: Tell<T>): void {
    const known = this.byId.get(id);
    if (known) known.add(tell);
    else this.byId.set(id, new Set([tell]));
  }

  remove(id: string, tell: Tell<T>): void {
    const known = this.byId.get(id);
    known?.delete(tell);
    if (known?.size === 0) this.byId.delete(id);
  }

  /** A listener may remove itself while it is told. */
  tell(id: string, value: T): void {
    for (const tell of [...(this.byId.get(id) ?? [])]) tell(value);
  }

  tellAll(value: T): void {
    for (const id of this.ids) this.tell(id, value);
  }
}
