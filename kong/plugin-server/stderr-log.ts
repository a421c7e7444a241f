import { destination, pino, type Logger } from 'pino';

/** Log levels, from the most verbose to none. */
export const LOG_LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error', 'silent'];

/**
 * A log of JSON lines on stderr: stdout belongs to `dump`, and Kong merges stderr into its own log. Each line has
 * `timestamp` (ISO 8601), `level` as a word, the caller's fields and `message`.
 */
export const createLog = (level: string): Logger =>
  pino(
    {
      level,
      messageKey: 'message',
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination(2),
  );
