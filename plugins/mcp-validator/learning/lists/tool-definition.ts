import { createHash } from 'node:crypto';
import { type JsonObject, isJsonObject, memberOf } from '../../../shared/json/json-object';
import { canonicalJson } from '../../json-schema/canonical-json';
import { fingerprintOf, hashParts, type PartHashes } from '../../pins/definition-parts';

/** The part of a tool's definition that clients and models use. */
export interface ToolDefinition {
  readonly name: string;
  /** The JSON text of its inputSchema; undefined if that is not an object. */
  readonly schemaText: string | undefined;
  /** The JSON text of its outputSchema; undefined if that is not an object, or not needed. */
  readonly outputText?: string | undefined;
  /** See {@link definitionHash}. */
  readonly hash: string;
  /** The hashes of its parts, and of all of them together, if they are needed. */
  readonly parts?: PartHashes;
  readonly fingerprint?: string;
}

/** In UTF-16 code units. Twice the length that the protocol recommends (2025-11-25, server/tools "Tool Names"). */
const MAX_NAME_LENGTH = 256;

/** What else is read of definitions. */
export interface WantedParts {
  /** The parts of definitions, for pins of a lock file. */
  readonly withParts: boolean;
  /** Output schemas, to check results. */
  readonly withOutputs?: boolean;
}

/** Reads a tool of a `tools/list` result; undefined if it has no name by which it can be called. */
export function readToolDefinition(
  tool: unknown,
  { withParts, withOutputs = false }: WantedParts = { withParts: false },
): ToolDefinition | undefined {
  if (!isJsonObject(tool)) return undefined;
  const name = memberOf(tool, 'name');
  if (typeof name !== 'string' || name.length > MAX_NAME_LENGTH) return undefined;
  const inputSchema = memberOf(tool, 'inputSchema');
  const schemaText = isJsonObject(inputSchema) ? JSON.stringify(inputSchema) : undefined;
  const outputSchema = withOutputs ? memberOf(tool, 'outputSchema') : undefined;
  const outputText = isJsonObject(outputSchema) ? JSON.stringify(outputSchema) : undefined;
  const definition = { name, schemaText, outputText, hash: definitionHash(tool) };
  if (!withParts) return definition;
  const parts = hashParts(tool);
  return { ...definition, parts, fingerprint: fingerprintOf(parts) };
}

/**
 * The SHA-256 (hex) of the part of a definition that a model sees: `name`, `description` and `inputSchema` as JSON with
 * sorted keys and without white space; a missing description counts as null. The same as the output of
 * `jq -cjS '{name,description,inputSchema}' | sha256sum`.
 */
export function definitionHash(tool: JsonObject): string {
  const visible = {
    description: memberOf(tool, 'description') ?? null,
    inputSchema: memberOf(tool, 'inputSchema') ?? null,
    name: memberOf(tool, 'name') ?? null,
  };
  return createHash('sha256').update(canonicalJson(visible, byCodePoint)).digest('hex');
}

/** The order of jq: by code point, which differs from JavaScript's order only for surrogates. */
function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = rankOf(a.charCodeAt(at)) - rankOf(b.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above those of a single code unit. */
const rankOf = (code: number): number => (code >= 0xd800 && code <= 0xdfff ? code + 0x10000 : code);
