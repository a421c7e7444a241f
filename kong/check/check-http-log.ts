import type { PluginEntry } from './find-plugins';
import type { Finding } from './finding';
import { isRecord } from './is-record';

/** Kong's plugins that log after http-log, and see what it added to the log entry (`kong.log.set_serialize_value`). */
const LATER_LOGS = ['file-log', 'udp-log', 'tcp-log', 'loggly', 'syslog'];

/** The field that carries the values of `kong.ctx.shared`, bodies of requests and responses among them. */
const FIELD = 'ctx_shared';

/** In `kong/lua/share-with-http-log.lua`. */
const ADDS_FIELD = new RegExp(`set_serialize_value\\(\\s*["']${FIELD}["']`);

/**
 * Where the captured bodies are added to the log entries for http-log, the plugins that log after it write them too. Reports each
 * one that does not remove them.
 */
export function checkHttpLog(entries: readonly PluginEntry[]): Finding[] {
  const isAdded = entries.some(
    ({ name, entry }) =>
      (name === 'http-log' && customFields(entry)[FIELD] !== undefined) ||
      (name === 'pre-function' && logFunctions(entry).some((source) => ADDS_FIELD.test(source))),
  );
  if (!isAdded) return [];
  return entries
    .filter(({ name, entry }) => LATER_LOGS.includes(name) && customFields(entry)[FIELD] === undefined)
    .map(({ name, path }) => ({
      severity: 'warning',
      path,
      problem: `${name} writes the bodies that are added to the log entries for http-log, as ${FIELD}`,
      fix: `add "${FIELD}: return nil" to its custom_fields_by_lua`,
    }));
}

function logFunctions({ config }: PluginEntry['entry']): readonly string[] {
  const functions = isRecord(config) ? config['log'] : undefined;
  return Array.isArray(functions) ? functions.filter((source): source is string => typeof source === 'string') : [];
}

function customFields({ config }: PluginEntry['entry']): Readonly<Record<string, unknown>> {
  const fields = isRecord(config) ? config['custom_fields_by_lua'] : undefined;
  return isRecord(fields) ? fields : {};
}
