import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';

export type Environment = Record<string, string | undefined>;

const MASTER_KEY_BYTES = 32;
/** More than that no column of type `int` takes, and a timer told to wait longer fires at once. */
const MAX_INT = 2 ** 31 - 1;

/**
 * Reads a service's settings from its environment. What is wrong is collected, so that one error names all of it: call
 * `check` before you use what was read. An empty value counts as none.
 */
export class Settings {
  private readonly complaints: string[] = [];

  constructor(private readonly env: Environment) {}

  /** As it is given; undefined when it is not. */
  text(name: string): string | undefined {
    return this.env[name] || undefined;
  }

  /** Several failover hosts make a URL that the URL class refuses, so only the scheme is looked at. */
  url(name: string, schemes: string[]): string {
    const text = this.env[name] ?? '';
    if (!schemes.some((scheme) => text.startsWith(`${scheme}//`))) {
      this.complain(`${name} must be a URL that starts with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`);
    }
    return text;
  }

  databaseUrl(): string {
    return this.url('DATABASE_URL', ['postgres:', 'postgresql:']);
  }

  redisUrl(): string {
    return this.url('REDIS_URL', ['redis:', 'rediss:']);
  }

  /** 32 bytes; secrets are sealed under it. */
  masterKey(): Buffer {
    const key = Buffer.from(this.env.MASTER_KEY ?? '', 'base64');
    if (key.length !== MASTER_KEY_BYTES) {
      this.complain(
        `MASTER_KEY must be ${MASTER_KEY_BYTES} bytes in base64 (openssl rand -base64 ${MASTER_KEY_BYTES})`,
      );
    }
    return key;
  }

  /** From 0 to `max`. */
  wholeNumber(name: string, fallback: number, max = MAX_INT): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value <= max) return value;
    this.complain(`${name} must be a whole number from 0 to ${max}, not ${JSON.stringify(text)}`);
    return fallback;
  }

  /** The first one is the default. */
  oneOf<const Choice extends string>(name: string, choices: readonly [Choice, ...Choice[]]): Choice {
    const text = this.text(name);
    const choice = text === undefined ? choices[0] : choices.find((each) => each === text);
    if (choice === undefined) {
      this.complain(`${name} must be one of ${choices.join(', ')}, not ${JSON.stringify(text)}`);
    }
    return choice ?? choices[0];
  }

  /** What `parse` makes of the text; undefined when there is none, or when `parse` throws. */
  parsed<T>(name: string, parse: (text: string) => T): T | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : this.attempt(name, () => parse(text));
  }

  /** What `read` makes of the YAML file that `name` points to; undefined when it throws. */
  file<T>(name: string, fallback: string, read: (content: unknown) => T): T | undefined {
    const file = this.text(name) ?? fallback;
    return this.attempt(`${name} (${file})`, () => read(load(readFileSync(file, 'utf8'))));
  }

  /** For rules of the service's own. */
  complain(complaint: string): void {
    this.complaints.push(complaint);
  }

  /** Throws one error that names every setting that is wrong and what it should be. */
  check(service: string): void {
    if (this.complaints.length === 0) return;
    throw new Error(`${service} cannot start:\n  ${this.complaints.join('\n  ')}`);
  }

  private attempt<T>(what: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.complain(`${what} cannot be used: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }
}

/** All that `migrate` needs: the database's URL. Throws like `check`. */
export function migrationUrl(env: Environment, service: string): string {
  const settings = new Settings(env);
  const url = settings.databaseUrl();
  settings.check(service);
  return url;
}
