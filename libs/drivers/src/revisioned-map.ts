/** Something that must not be there any more. */
export interface Removal {
  id: string;
  /** Nothing with a higher revision is removed; and an ensure with this one or a lower one, when it comes late, is ignored. */
  revision: bigint;
}

/**
 * What a driver in memory keeps: what was ensured last by revision, in whatever order ensures and removals come. It remembers
 * at which revision something was removed, so that an ensure that comes late leaves nothing.
 */
export class RevisionedMap<T extends { revision: bigint }> extends Map<string, T> {
  private readonly removed = new Map<string, bigint>();

  /** False when it came too late: something newer is there, or something as new was removed. */
  ensure(id: string, wanted: T): boolean {
    const known = this.get(id);
    if (known && known.revision > wanted.revision) return false;
    if ((this.removed.get(id) ?? -1n) >= wanted.revision) return false;
    this.set(id, wanted);
    return true;
  }

  /** False when something newer is there. */
  remove({ id, revision }: Removal): boolean {
    const known = this.get(id);
    if (known && known.revision > revision) return false;
    this.delete(id);
    const earlier = this.removed.get(id) ?? revision;
    this.removed.set(id, earlier > revision ? earlier : revision);
    return true;
  }
}
