import type { FabricRemoval } from './fabric.driver';

/** What was ensured, by id: the highest revision counts, in whatever order they come. */
export class RevisionedMap<T extends FabricRemoval> extends Map<string, T> {
  /** Revisions at which something was removed. */
  private readonly removed = new Map<string, bigint>();

  ensure(wanted: T): void {
    const { id, revision } = wanted;
    const known = this.get(id);
    const isRemoved = (this.removed.get(id) ?? -1n) >= revision;
    if (!isRemoved && (!known || known.revision <= revision)) this.set(id, wanted);
  }

  remove({ id, revision }: FabricRemoval): void {
    const known = this.get(id);
    if (known && known.revision > revision) return;
    this.delete(id);
    const earlier = this.removed.get(id) ?? revision;
    this.removed.set(id, earlier > revision ? earlier : revision);
  }
}
