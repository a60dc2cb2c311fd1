/** As many are looked up in one go. */
const MOST = 500;

interface Waiting<Found> {
  id: string;
  resolve(found: Found | undefined): void;
  reject(error: unknown): void;
}

/**
 * Looks up by id what many ask for at the same time. One look is under way at a time; whoever asks meanwhile shares the next
 * one, so that a thousand pollers cost as many round trips as one. What is answered was read after it was asked for.
 */
export class GatheredReads<Found> {
  private waiting: Waiting<Found>[] = [];
  private isLooking = false;

  /** @param look answers what there is, by id, of up to 500 ids */
  constructor(private readonly look: (ids: string[]) => Promise<ReadonlyMap<string, Found>>) {}

  /** Undefined when there is none. Rejects when it could not be looked up. */
  find(id: string): Promise<Found | undefined> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ id, resolve, reject });
      if (!this.isLooking) this.begin();
    });
  }

  /** After what has just come in together has been heard. */
  private begin(): void {
    this.isLooking = true;
    setImmediate(() => void this.lookOnce());
  }

  private async lookOnce(): Promise<void> {
    const asked = this.waiting.splice(0, MOST);
    try {
      const found = await this.look([...new Set(asked.map(({ id }) => id))]);
      for (const { id, resolve } of asked) resolve(found.get(id));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
    if (this.waiting.length > 0) this.begin();
    else this.isLooking = false;
  }
}
