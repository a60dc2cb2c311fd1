import { Injectable } from '@nestjs/common';
import { Topology } from '@isthmus/model';
import { isMissing, unlessMissing } from '../../clients/unless-missing';

/** A bound on memory: forgetting a place costs one question to every region. */
const MAX_KNOWN = 10_000;

/** UpCloud's paths name no zone, the services' calls name a region: finds the region of an id by asking them all. */
@Injectable()
export class RegionFinder {
  private readonly known = new Map<string, string>();

  constructor(private readonly topology: Topology) {}

  /** What `load` answers in the region where the id is. Throws its `not-found` when that is nowhere. */
  async find<T>(id: string, load: (region: string) => Promise<T>): Promise<T> {
    const region = this.known.get(id);
    // Where it was seen it probably still is; if not, the other regions are asked.
    const found = region === undefined ? undefined : await unlessMissing(load(region));
    return found ?? this.search(id, load);
  }

  private async search<T>(id: string, load: (region: string) => Promise<T>): Promise<T> {
    const { regions } = this.topology;
    const answers = await Promise.allSettled(regions.map(load));
    const index = answers.findIndex(({ status }) => status === 'fulfilled');
    const found = answers[index];
    if (found?.status === 'fulfilled') {
      this.remember(id, regions[index] as string);
      return found.value;
    }
    const reasons = answers.map((answer) => (answer.status === 'rejected' ? answer.reason : undefined));
    // That a region cannot be asked says nothing about what is in it.
    throw reasons.find((reason) => !isMissing(reason)) ?? reasons[0];
  }

  private remember(id: string, region: string): void {
    if (this.known.size >= MAX_KNOWN) this.known.clear();
    this.known.set(id, region);
  }
}
