/** What the service is told from outside. */
export interface IpamConfig {
  databaseUrl: string;
  redisUrl: string;
}

/** Reads and checks the environment; throws one error that names every setting that is wrong. */
export function readConfig(env: Record<string, string | undefined> = process.env): IpamConfig {
  const complaints: string[] = [];
  const config = {
    databaseUrl: urlOf(env, 'DATABASE_URL', ['postgres:', 'postgresql:'], complaints),
    redisUrl: urlOf(env, 'REDIS_URL', ['redis:', 'rediss:'], complaints),
  };
  if (complaints.length > 0) throw new Error(`ipam-svc cannot start:\n  ${complaints.join('\n  ')}`);
  return config;
}

/** Only what `migrate` needs. */
export function readDatabaseUrl(env: Record<string, string | undefined> = process.env): string {
  const complaints: string[] = [];
  const url = urlOf(env, 'DATABASE_URL', ['postgres:', 'postgresql:'], complaints);
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
  return url;
}

function urlOf(env: Record<string, string | undefined>, name: string, schemes: string[], complaints: string[]): string {
  const text = env[name] ?? '';
  // Several failover hosts make a URL that the URL class refuses, so only the scheme is looked at.
  if (!schemes.some((scheme) => text.startsWith(`${scheme}//`))) {
    complaints.push(`${name} must be a URL that starts with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`);
  }
  return text;
}
