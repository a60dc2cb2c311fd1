/** Settings of vpn-svc. */
export interface VpnConfig {
  redisUrl: string;
}

/** Reads the environment; throws what is wrong with it. */
export function readConfig(env: NodeJS.ProcessEnv): VpnConfig {
  if (!env.REDIS_URL) throw new Error('REDIS_URL must be set');
  return { redisUrl: env.REDIS_URL };
}
