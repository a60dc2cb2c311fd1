import { spawn } from 'node:child_process';

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGTERM')));

/**
 * Runs a command to its end and gathers what it printed.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions & {isEchoed?: boolean, input?: string}} [options]
 * @returns {Promise<{code: number, output: string}>} `code` is 128 + n for a signal and 127 when the command could not be started
 */
export function run(command, args, { isEchoed = false, input, stdio, ...options } = {}) {
  return new Promise((resolve) => {
    const gathered = [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'];
    const child = spawn(command, args, { ...options, stdio: stdio ?? (isEchoed ? 'inherit' : gathered) });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
    child.on('error', (error) => resolve({ code: 127, output: `${command}: ${error.message}` }));
    running.add(child);
    child.on('close', () => running.delete(child));
    child.on('close', (code, signal) => resolve({ code: code ?? 128 + (signal ? 1 : 0), output }));
  });
}

/**
 * Does one step and prints it with its time.
 *
 * @template T
 * @param {{info: (line: string) => void}} log
 * @param {string} name
 * @param {() => Promise<T> | T} work
 * @returns {Promise<T>}
 */
export async function timedStep(log, name, work) {
  const startedMs = performance.now();
  const result = await work();
  log.info(`  ${name} (${formatMs(performance.now() - startedMs)})`);
  return result;
}

export function formatMs(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Where the tools' own lines go: progress on stdout, trouble on stderr. */
export const terminal = {
  info: (line) => void process.stdout.write(`${line}\n`),
  warn: (line) => void process.stderr.write(`${line}\n`),
};
