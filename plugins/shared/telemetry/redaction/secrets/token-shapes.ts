import {
  charactersOf,
  endOfRun,
  isAtBoundary,
  isIn,
  SPACE,
  startsWith,
  textOfRange,
  WORD,
  WORD_OR_DASH,
  type CharacterSet,
} from './characters';
import type { Finder } from './scan';

/** A token with a known prefix. */
interface Prefix {
  readonly prefix: string;
  /** The minimum number of characters after the prefix. */
  readonly min: number;
  /** True if `min` is the exact number. */
  readonly exactly?: true;
  readonly set: CharacterSet;
}

const ALPHANUMERIC = charactersOf(/[A-Za-z0-9]/);
const UPPER = charactersOf(/[A-Z0-9]/);

/** OpenAI, Anthropic, Stripe, GitHub, GitLab, Slack, AWS, Google, Hugging Face, npm, Groq, xAI, PyPI, SendGrid, Notion. */
export const PREFIXES: readonly Prefix[] = [
  ...['sk-', 'pk-', 'rk-', 'glpat-', 'xai-'].map((prefix) => ({ prefix, min: 16, set: WORD_OR_DASH })),
  ...['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_'].map((prefix) => ({ prefix, min: 16, set: WORD })),
  ...['ghp_', 'gho_', 'ghs_', 'ghu_', 'ghr_', 'github_pat_'].map((prefix) => ({ prefix, min: 20, set: WORD })),
  ...['a', 'b', 'e', 'o', 'p', 'r', 's'].map((kind) => ({ prefix: `xox${kind}-`, min: 10, set: WORD_OR_DASH })),
  ...['AKIA', 'ASIA'].map((prefix) => ({ prefix, min: 16, exactly: true as const, set: UPPER })),
  { prefix: 'AIza', min: 30, set: WORD_OR_DASH },
  { prefix: 'ya29.', min: 20, set: WORD_OR_DASH },
  ...['hf_', 'gsk_', 'npm_', 'ntn_'].map((prefix) => ({ prefix, min: 30, set: ALPHANUMERIC })),
  { prefix: 'pypi-', min: 50, set: WORD_OR_DASH },
  { prefix: 'SG.', min: 20, set: charactersOf(/[\w.-]/) },
];

/** A token with a known prefix. */
export const prefixed =
  ({ prefix, min, exactly, set }: Prefix): Finder =>
  ({ text }, at) => {
    if (!startsWith(text, at, prefix) || !isAtBoundary(text, at)) return undefined;
    const end = endOfRun(set, text, at + prefix.length);
    const length = end - at - prefix.length;
    const fits = exactly ? length === min && endOfRun(WORD, text, end) === end : length >= min;
    return fits ? { start: at, end } : undefined;
  };

const DOT = 0x2e;

/** A JSON Web Token (RFC 7519): base64url of `{"`, and at least one more part. */
export const jsonWebToken: Finder = (scan, at) => {
  const { text } = scan;
  if (at < scan.noTokenBefore || !startsWith(text, at, 'eyJ') || !isAtBoundary(text, at)) return undefined;
  const first = endOfRun(WORD_OR_DASH, text, at);
  const second = text.charCodeAt(first) === DOT ? endOfRun(WORD_OR_DASH, text, first + 1) : first;
  if (first - at < 11 || second - first < 5) {
    // Any other start in the same run ends at the same position, and fails too.
    scan.noTokenBefore = first;
    return undefined;
  }
  const third = text.charCodeAt(second) === DOT ? endOfRun(WORD_OR_DASH, text, second + 1) : second;
  return { start: at, end: third };
};

const CREDENTIALS = charactersOf(/[\w.~+/=-]/);
const MIN_CREDENTIALS = 8;
/** Longer user names and passwords are not decoded. */
const MAX_BASIC = 512;

/** `Bearer` and its credentials (RFC 6750, 2.1), in either case. */
export const bearer: Finder = ({ text }, at) => {
  if (!startsWith(text, at + 1, 'earer')) return undefined;
  const start = endOfRun(SPACE, text, at + 6);
  if (start === at + 6) return undefined;
  const end = endOfRun(CREDENTIALS, text, start);
  return end - start >= MIN_CREDENTIALS ? { start: at, end } : undefined;
};

/** `Basic` and a base64 text with a colon between name and password (RFC 7617). */
export const basic: Finder = ({ text }, at) => {
  if (!startsWith(text, at + 1, 'asic')) return undefined;
  const start = endOfRun(SPACE, text, at + 5);
  if (start === at + 5) return undefined;
  const end = endOfRun(CREDENTIALS, text, start);
  if (end - start < MIN_CREDENTIALS) return undefined;
  const decoded = Buffer.from(textOfRange(text, start, Math.min(end, start + MAX_BASIC)), 'base64').toString('latin1');
  return end - start > MAX_BASIC || /^[\x20-\x7e]*:[\x20-\x7e]*/.test(decoded) ? { start: at, end } : undefined;
};

const LABEL = charactersOf(/[A-Z0-9 ]/);
/** Base64, line breaks as they are and as in JSON, and the headers of older files. */
const BODY = charactersOf(/[A-Za-z0-9+/=\s\\:,.-]/);
const BEGIN = '-----BEGIN ';
const END = '-----END ';
const DASHES = '-----';

/** A PEM block (RFC 7468), with or without its end. */
export const pemBlock: Finder = ({ text }, at) => {
  if (!startsWith(text, at, BEGIN)) return undefined;
  const label = endOfRun(LABEL, text, at + BEGIN.length);
  if (!startsWith(text, label, DASHES)) return undefined;
  for (let end = label + DASHES.length; ; end++) {
    if (startsWith(text, end, END)) {
      const close = endOfRun(LABEL, text, end + END.length);
      return { start: at, end: startsWith(text, close, DASHES) ? close + DASHES.length : close };
    }
    if (!isIn(BODY, text, end)) return { start: at, end };
  }
};
