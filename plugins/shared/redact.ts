/** What stands where something was taken out, and where content is not captured (OpenInference, configuration.md). */
export const REDACTED = '__REDACTED__';

/** Takes secrets out of a text. */
export type Redactor = (text: string) => string;

/** Shapes of secrets that everybody has; each is linear in the text. */
const PATTERNS: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]{0,40}-----(?:[^-]|-(?!----)){0,16384}(?:-----END [A-Z0-9 ]{0,40}-----)?/g,
  /\b[Bb]earer\s+[\w.~+/=-]{8,}/g,
  /\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?/g,
  /\b(?:sk|pk|rk)-[\w-]{16,}/g,
  /\b(?:gh[opsur]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abeoprs]-[\w-]{10,})/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bAIza[\w-]{30,}/g,
  /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g,
];

/** 13 to 19 digits, in groups or not: a payment card when their checksum is right. */
const CARD = /\b\d(?:[ -]?\d){12,18}\b/g;

/**
 * Makes a redactor of the known shapes of secrets and the given regular expressions. Apply it before a text is cut:
 * half a secret is not recognised.
 *
 * @throws Error naming the expression that does not compile
 */
export function createRedactor(extraPatterns: readonly string[] = []): Redactor {
  const patterns = [...PATTERNS, ...extraPatterns.map(compile)];
  return (text) => {
    const clean = patterns.reduce((rest, pattern) => rest.replace(pattern, REDACTED), text);
    return clean.replace(CARD, (digits) => (hasLuhnChecksum(digits) ? REDACTED : digits));
  };
}

function compile(source: string): RegExp {
  try {
    return new RegExp(source, 'g');
  } catch (error) {
    throw new Error(`redact_patterns: ${String(error)}`, { cause: error });
  }
}

function hasLuhnChecksum(text: string): boolean {
  const digits = Array.from(text.replace(/\D/g, ''), Number);
  const sum = digits.reverse().reduce((total, digit, place) => {
    const value = place % 2 === 1 ? digit * 2 : digit;
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
