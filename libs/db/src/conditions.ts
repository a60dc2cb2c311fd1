/** SQL by filter, where `?` stands for the value of the filter, wherever it occurs. */
export type ConditionsByFilter<Filter> = Record<keyof Filter, string>;

/** The conditions of a statement that is put together for the filters a caller gives: for `queryDynamic`. */
export class Conditions {
  readonly values: unknown[] = [];
  private readonly all: string[] = [];

  /** `?` in the condition stands for the value. */
  add(condition: string, value: unknown): this {
    this.all.push(condition.replaceAll('?', this.bind(value)));
    return this;
  }

  /** Those of the filters that are given. */
  addGiven<Filter extends object>(conditions: ConditionsByFilter<Filter>, filter: Filter): this {
    for (const name of Object.keys(conditions) as (keyof Filter)[]) {
      if (filter[name] !== undefined) this.add(conditions[name], filter[name]);
    }
    return this;
  }

  /** The place of a value in the statement, as `$3`. */
  bind(value: unknown): string {
    return `$${this.values.push(value)}`;
  }

  /** All of them, for the WHERE. */
  toString(): string {
    return this.all.join(' AND ');
  }
}
