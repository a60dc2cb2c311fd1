import { formatMs } from '../process/run.mjs';

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 };
const FRAMES = [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'];
const FRAME_MS = 80;
const ERASE_LINE = '\r\x1b[2K';
const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}([0-9a-f]{12})/g;
const REST_COLUMN = 24;

/**
 * Where the demo is shown: colours and a moving line on a terminal, plain lines anywhere else.
 *
 * @param {NodeJS.WriteStream} stream
 * @param {Record<string, string | undefined>} env NO_COLOR and TERM
 */
export function openScreen(stream = process.stdout, env = process.env) {
  const isLive = Boolean(stream.isTTY) && env.TERM !== 'dumb';
  const paint = painter(isLive && !env.NO_COLOR);
  const moving = isLive ? movingLine(stream, paint) : { show: () => undefined, clear: () => undefined };
  const line = (text = '') => {
    moving.clear();
    stream.write(`${text}\n`);
  };
  const tick = (text, rest = '') => line(`    ${paint.green('✓')} ${withRest(shortened(text), paint.dim(rest))}`);
  const undone = (text, rest) => line(`    ${paint.yellow('↺')} ${withRest(text, paint.dim(rest))}`);
  const cross = (text) => line(`    ${paint.red('✗')} ${text}`);
  return {
    line,
    tick,
    undone,
    cross,
    title: (text) => line(paint.bold(text)),
    scene: (number, name, about) => {
      line();
      line(`${paint.cyan(paint.bold(`${number}  ${name}`))}`);
      line(paint.dim(`   ${about}`));
    },
    /** A request as one would type it, its body on a line of its own. */
    request: ({ method, path, auth, body }, note = '') => {
      const flags = [...(method === 'GET' ? [] : [`-X ${method}`]), ...(auth ? [auth] : [])];
      const command = ['curl', ...flags, `$ISTHMUS${shortened(path)}`].join(' ');
      line();
      const comment = note && paint.dim(`  # ${note}`);
      line(`  ${paint.dim('$')} ${paint.bold(command)}${body === undefined ? comment : ' \\'}`);
      if (body !== undefined) line(`      ${paint.bold(`-d '${shortened(body)}'`)}${comment}`);
    },
    answer: ({ status, ms }, text = '') => {
      const shown = status < 400 ? paint.green(status) : paint.yellow(status);
      line(`    ${shown} ${paint.dim(`in ${formatMs(ms)}`)}${text && `  ${shortened(text)}`}`);
    },
    /** How an operation ended. */
    outcome: (state, ms) => {
      const colour = state === 'success' ? paint.green : paint.red;
      line(`    ${colour(state)} ${paint.dim(`after ${formatMs(ms)}`)}`);
    },
    detail: (text) => line(`    ${shortened(text)}`),
    command: (text, note = '') => {
      line();
      line(`  ${paint.dim('$')} ${paint.bold(text)}${note && paint.dim(`  # ${note}`)}`);
    },
    /** What somebody else has to say: the launcher, a service. */
    aside: (text) => text.split('\n').forEach((each) => line(paint.yellow(`    | ${each.trim()}`))),
    moving: moving.show,
    clear: moving.clear,
  };
}

/** A UUID by its end, because the ids of operations begin with the time. */
export function shortened(text) {
  return text.replaceAll(UUID, (_id, end) => `…${end.slice(-8)}`);
}

function withRest(text, rest) {
  return rest === '' ? text : `${text.padEnd(REST_COLUMN)} ${rest}`;
}

function painter(hasColour) {
  const style = (code) => (text) => (hasColour && text ? `\x1b[${code}m${text}\x1b[0m` : String(text));
  return Object.fromEntries(Object.entries(STYLES).map(([name, code]) => [name, style(code)]));
}

/** The last line of a terminal, rewritten until it is cleared. */
function movingLine(stream, paint) {
  let timer;
  let text = '';
  let frame = 0;
  const draw = () => stream.write(`${ERASE_LINE}    ${paint.cyan(FRAMES[frame++ % FRAMES.length])} ${paint.dim(text)}`);
  return {
    show: (next) => {
      text = next;
      if (timer) return;
      timer = setInterval(draw, FRAME_MS);
      timer.unref();
      draw();
    },
    clear: () => {
      if (!timer) return;
      clearInterval(timer);
      timer = undefined;
      stream.write(ERASE_LINE);
    },
  };
}
