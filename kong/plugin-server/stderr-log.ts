import { destination, pino, type Logger } from 'pino';

/** A log of JSON lines on stderr: stdout belongs to `dump`, and Kong merges stderr into its own log. */
export const createLog = (level: string): Logger =>
  pino({ level, timestamp: pino.stdTimeFunctions.isoTime }, destination(2));
