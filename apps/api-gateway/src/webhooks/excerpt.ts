const MAX_CHARACTERS = 1_000;
/** More is not even looked at: the answer is the other side's to choose, and so would be the time that this takes. */
const MAX_SCANNED_BYTES = 8_000;
const HIDDEN = '[redacted]';

/** What looks like a secret: ours and other vendors' prefixed ones, tokens in the words of HTTP, and members named so. */
const SECRETS: [pattern: RegExp, shown: string][] = [
  [/\bwhsec_[\w+/=-]+/g, HIDDEN],
  [/\b(bearer|basic)\s+[\w+/=.~-]{8,}/gi, `$1 ${HIDDEN}`],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, HIDDEN],
  [
    /(["']?[\w-]{0,40}(?:secret|token|password|passwd|authorization|api[-_]?key|access[-_]?key|cookie|psk)[\w-]{0,40}["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,;&}]+)/gi,
    `$1${HIDDEN}`,
  ],
];
const CONTROLS = /(?![\t\n])\p{Cc}/gu;

/** The beginning of an answer as its owner may see it again: text, at most 1000 characters, without what looks like a secret. */
export function excerptOf(answer: Buffer): string {
  // Redacted before it is cut, so that no half of a secret is left at the end.
  const text = answer.subarray(0, MAX_SCANNED_BYTES).toString('utf8').replace(CONTROLS, '');
  const redacted = SECRETS.reduce((shown, [pattern, replacement]) => shown.replace(pattern, replacement), text);
  return Array.from(redacted).slice(0, MAX_CHARACTERS).join('');
}
