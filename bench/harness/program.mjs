import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Starts a program of this folder as a process of its own and waits until it says that it is ready.
 *
 * @param {string} path from `bench/`
 * @param {Record<string, string>} env
 * @returns {Promise<{message: object, pid: number, stop: () => Promise<void>}>} what it said
 */
export async function startProgram(path, env) {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const message = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('error', reject);
    void gone.then((code) => reject(new Error(`${path} ended with ${code} before it was ready`)));
  });
  return {
    message,
    pid: child.pid,
    stop: async () => {
      child.kill('SIGTERM');
      await gone;
    },
  };
}
