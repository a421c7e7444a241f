import { isJsonObject, type JsonObject } from '../../shared/json/json-object';
import { readStrictJson } from '../../shared/json/read-strict-json';

/** The bounds of the arguments of one call. */
const BOUNDS = { maxBytes: 262_144, maxDepth: 64, maxValues: 20_000 };

/** The arguments of a call, or what is wrong with them, for the model. */
export type Arguments =
  { readonly ok: true; readonly args: JsonObject } | { readonly ok: false; readonly problem: string };

/**
 * Reads the arguments that a model wrote. They must mean the same to every reader: no duplicate keys, one object.
 * No text at all means no arguments, as models write it for tools without parameters.
 */
export function readArguments(text: string): Arguments {
  if (text.trim() === '') return { ok: true, args: {} };
  const bytes = Buffer.from(text);
  if (bytes.length > BOUNDS.maxBytes) return problem(`are longer than ${BOUNDS.maxBytes} bytes`);
  const read = readStrictJson(bytes, { maxDepth: BOUNDS.maxDepth, maxValues: BOUNDS.maxValues });
  if (!read.ok) return problem(`are not valid JSON (${read.fault.replaceAll('_', ' ')})`);
  return isJsonObject(read.value) ? { ok: true, args: read.value } : problem('must be a JSON object');
}

const problem = (text: string): Arguments => ({ ok: false, problem: `The arguments of this call ${text}.` });
