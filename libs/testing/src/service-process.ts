import { type ChildProcess, spawn } from 'node:child_process';

export type AppName = 'api-gateway' | 'network-svc' | 'ipam-svc' | 'vpn-svc';

/** One built service, running as a process of its own. */
export interface ServiceProcess {
  app: AppName;
  pid: number;
  /** What it said when it was ready, e.g. the gateway's url. */
  ready: { url?: string; instance?: string; metricsUrl?: string };
  /** Everything it has logged so far. */
  output(): string;
  /** Resolves when the process is gone; SIGSTOP and SIGCONT resolve at once. */
  signal(signal: NodeJS.Signals): Promise<void>;
}

/** Starts `dist/apps/<app>/main.js` and waits until it is ready. Rejects with its output when it dies before. */
export async function startService(app: AppName, env: Record<string, string>): Promise<ServiceProcess> {
  const child = spawn(process.execPath, ['--enable-source-maps', `dist/apps/${app}/main.js`], {
    env: { PATH: process.env.PATH ?? '', LOG_LEVEL: 'info', LAUNCHER_LEASE: 'stdin', ...env },
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  });
  const lines: string[] = [];
  child.stdout?.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
  const output = (): string => lines.join('');
  const ready = await readiness(child, app, output);
  return {
    app,
    pid: child.pid as number,
    ready,
    output,
    signal: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const isToGo = signal !== 'SIGSTOP' && signal !== 'SIGCONT';
      const gone = isToGo ? new Promise((resolve) => child.once('exit', resolve)) : undefined;
      child.kill(signal);
      await gone;
    },
  };
}

function readiness(child: ChildProcess, app: AppName, output: () => string): Promise<ServiceProcess['ready']> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code, signal) =>
      reject(new Error(`${app} ended (${signal ?? code}) before it was ready:\n${output()}`)),
    );
    child.on('message', (message: { type?: string }) => {
      if (message.type === 'ready') resolve(message as ServiceProcess['ready']);
    });
  });
}
