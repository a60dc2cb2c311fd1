/** What a creation takes of a quota of the project, or of what it is attached to. */
export interface QuotaUse {
  resource: string;
  limit: number;
  current: number;
  /** With the creation. */
  after: number;
}

/** What a dry run tells beside what would be made. */
export interface Planned {
  /** Every quota that the creation takes from. Only in answers to a dry run. */
  plannedQuotas?: QuotaUse[];
}
