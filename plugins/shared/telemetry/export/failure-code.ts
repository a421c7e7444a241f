/** The label of a failed export: its HTTP status, or a fixed word if there was no response. */
export function failureCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '_OTHER';
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'number' && code >= 100 && code <= 599) return String(code);
  if (typeof code === 'string' && UNREACHABLE.has(code)) return 'unreachable';
  if (typeof message !== 'string') return '_OTHER';
  if (/timed? ?out/i.test(message)) return 'timeout';
  // The exporter does not report the status of a response that it would have retried (429, 502, 503, 504).
  return /retryable status/.test(message) ? 'retries_exhausted' : '_OTHER';
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENETUNREACH',
  'EHOSTUNREACH',
]);
