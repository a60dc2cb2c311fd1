import { appendFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const LARGEST_BYTES = 20 * 1024 * 1024;
const LAST_LINES = 15;
const WARNING_LEVEL = 40;
const LEVEL_WORDS = { 40: 'WARN', 50: 'ERROR', 60: 'FATAL' };

/**
 * Where one service's lines go: all into a file, warnings and worse (or all, when loud) to the terminal too.
 *
 * @param {{folder: string, service: string, instance: string, isLoud: boolean, log: {info: Function, warn: Function}}} options
 * @returns {{follow: (child: import('node:child_process').ChildProcess) => void, lastLines: () => string[]}}
 */
export function openServiceLog({ folder, service, instance, isLoud, log }) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${service}.log`);
  const last = [];
  const write = (lines, isError) => {
    last.push(...lines.slice(-LAST_LINES));
    last.splice(0, last.length - LAST_LINES);
    append(path, lines.map((line) => `[${instance}] ${line}\n`).join(''));
    for (const line of lines) {
      const text = isLoud ? line : importantText(line, isError);
      if (text) log.warn(`[${instance}] ${text}`);
    }
  };
  return {
    follow: (child) => {
      eachChunkOfLines(child.stdout, (lines) => write(lines, false));
      eachChunkOfLines(child.stderr, (lines) => write(lines, true));
    },
    lastLines: () => [...last],
  };
}

/** Whole lines by the chunk: a busy service writes thousands a second, and must not wait for us to write them one by one. */
function eachChunkOfLines(stream, take) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop();
    if (lines.length > 0) take(lines);
  });
  stream.on('end', () => rest && take([rest]));
}

function append(path, text) {
  if (existsSync(path) && statSync(path).size > LARGEST_BYTES) renameSync(path, `${path}.1`);
  appendFileSync(path, text, { mode: 0o600 });
}

/** What a person should see of a line: pino's JSON by its level, plain text (a stack, an abort) only from stderr. */
function importantText(line, isError) {
  const record = parse(line);
  if (!record) return isError ? line : '';
  if (!(record.level >= WARNING_LEVEL)) return '';
  const detail = record.err?.stack ?? record.err?.message ?? '';
  return `${LEVEL_WORDS[record.level] ?? record.level} ${record.msg ?? ''}${detail ? `\n  ${detail}` : ''}`;
}

function parse(line) {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
