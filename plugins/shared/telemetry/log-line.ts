import { consumerNameOf, type LogEntry } from './log-entry';

/** A log line. A field that is undefined is left out. */
export interface Line {
  /** `info`: no failure. */
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, string | number | boolean | undefined>>;
}

/** The fields of every line, from Kong's log entry. */
export const exchangeFields = (entry: LogEntry, serviceName: string): Line['fields'] => ({
  service: serviceName,
  request_id: entry.requestId,
  backend: entry.service.name || undefined,
  route: entry.route,
  consumer: consumerNameOf(entry),
});
