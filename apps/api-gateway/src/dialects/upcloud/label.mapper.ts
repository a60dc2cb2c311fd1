import { ProblemError } from '@isthmus/problem';
import { UpcloudProblem } from './upcloud.problem';

export interface Label {
  key: string;
  value: string;
}

/** A key, or a key with its value. */
export interface LabelFilter {
  key: string;
  value?: string;
}

/** Throws when a key is there twice. */
export function toLabels(labels: Label[]): Label[] {
  const keys = labels.map(({ key }) => key);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice === undefined) return labels.map(({ key, value }) => ({ key, value }));
  const detail = `The label ${JSON.stringify(twice)} is given twice; give each key one value.`;
  throw new UpcloudProblem('DUPLICATE_LABEL_KEYS', 'invalid-argument', detail);
}

/** The value begins behind the first equals sign. */
export function toLabelFilters(texts: string[] = []): LabelFilter[] {
  return texts.map((text) => {
    const equals = text.indexOf('=');
    return equals === -1 ? { key: text } : { key: text.slice(0, equals), value: text.slice(equals + 1) };
  });
}

export function hasLabels(labels: Label[], filters: LabelFilter[]): boolean {
  return filters.every((filter) =>
    labels.some(({ key, value }) => key === filter.key && (filter.value === undefined || filter.value === value)),
  );
}

export function toLabelRecord(labels: Label[]): Record<string, string> {
  return Object.fromEntries(toLabels(labels).map(({ key, value }) => [key, value]));
}

export function fromLabelRecord(labels: Record<string, string>): Label[] {
  return Object.entries(labels).map(([key, value]) => ({ key, value }));
}

/** VPCs have tags, no labels: a label is kept as the tag `key=value`, one without a value as `key`. */
export function toTags(labels: Label[]): string[] {
  return toLabels(labels).map(({ key, value }) => {
    if (!key.includes('=')) return value === '' ? key : `${key}=${value}`;
    const message = `labels.key: ${JSON.stringify(key)} has an equals sign, which keys of router labels cannot have.`;
    throw ProblemError.invalid('router.labels.key', message);
  });
}

/** Every tag is shown, whoever made it. */
export function fromTags(tags: string[]): Label[] {
  return toLabelFilters(tags).map(({ key, value = '' }) => ({ key, value }));
}
