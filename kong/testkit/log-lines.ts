import type { Log } from '../pdk';

/** A line of the structured log. */
export interface LogLine {
  readonly level: keyof Log;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** A log that keeps its lines. */
export function logInto(lines: LogLine[]): Log {
  const keep = (level: keyof Log) => (fields: object, message: string) => {
    lines.push({ level, fields: fields as LogLine['fields'], message });
  };
  return { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') };
}
