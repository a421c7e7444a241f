import { createHash } from 'node:crypto';
import { type JsonObject, isJsonObject, memberOf } from '../../../shared/json/json-object';
import { canonicalJson } from '../../json-schema/canonical-json';

/** A tool as a server describes it, as far as clients and models act on it. */
export interface ToolDefinition {
  readonly name: string;
  /** The JSON text of its inputSchema; undefined where that is no object. */
  readonly schemaText: string | undefined;
  /** SHA-256 of name, description and inputSchema, see {@link definitionHash}. */
  readonly hash: string;
}

/** In UTF-16 code units. Twice what the protocol advises (2025-11-25, server/tools "Tool Names"). */
const MAX_NAME_LENGTH = 256;

/** Reads a member of a `tools/list` result; undefined for what has no name to be called by. */
export function readToolDefinition(tool: unknown): ToolDefinition | undefined {
  if (!isJsonObject(tool)) return undefined;
  const name = memberOf(tool, 'name');
  if (typeof name !== 'string' || name.length > MAX_NAME_LENGTH) return undefined;
  const inputSchema = memberOf(tool, 'inputSchema');
  const schemaText = isJsonObject(inputSchema) ? JSON.stringify(inputSchema) : undefined;
  return { name, schemaText, hash: definitionHash(tool) };
}

/**
 * The SHA-256 (hex) of what a model is told of a tool: `name`, `description` and `inputSchema` as JSON with sorted keys
 * and without blanks; a missing description counts as null. The same as `jq -cjS '{name,description,inputSchema}'`
 * gives to sha256sum.
 */
export function definitionHash(tool: JsonObject): string {
  const told = {
    description: memberOf(tool, 'description') ?? null,
    inputSchema: memberOf(tool, 'inputSchema') ?? null,
    name: memberOf(tool, 'name') ?? null,
  };
  return createHash('sha256').update(canonicalJson(told, byCodePoint)).digest('hex');
}

/** As jq sorts: by code point, which differs from JavaScript's order for surrogates alone. */
function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = rankOf(a.charCodeAt(at)) - rankOf(b.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Surrogates stand for code points beyond all that one code unit can have. */
const rankOf = (code: number): number => (code >= 0xd800 && code <= 0xdfff ? code + 0x10000 : code);
