import type { LogEntry } from './log-entry';

/**
 * When Kong sent a request upstream and when the last byte of the response passed, in milliseconds since the epoch.
 *
 * @param lastAtMs when the last chunk passed, if that was captured
 */
export function exchangeTimes(
  entry: LogEntry,
  lastAtMs?: number,
): { readonly startMs: number; readonly endMs: number } {
  const startMs = entry.startedAtMs + entry.latencies.kongMs;
  return { startMs, endMs: Math.max(startMs, lastAtMs ?? endOfRequest(entry)) };
}

/** When Kong finished a request, in milliseconds since the epoch. */
export const endOfRequest = (entry: LogEntry): number => entry.startedAtMs + entry.latencies.requestMs;
