import { Redis } from 'ioredis';

/** Every command that a Redis was sent, as text: what was queued or published is gone from its keys soon after. */
export interface RedisRecording {
  text(): string;
  stop(): void;
}

/** Records from now on. */
export async function recordRedis(url: string): Promise<RedisRecording> {
  const redis = new Redis(url);
  const monitor = await redis.monitor();
  const commands: string[] = [];
  monitor.on('monitor', (_time: string, command: string[]) => commands.push(command.join(' ')));
  return {
    text: () => commands.join('\n'),
    stop: () => {
      monitor.disconnect();
      redis.disconnect();
    },
  };
}
