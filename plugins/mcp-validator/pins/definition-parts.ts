import { createHash } from 'node:crypto';
import { isJsonObject, memberOf, type JsonObject } from '../../shared/json/json-object';
import { canonicalJson } from '../json-schema/canonical-json';

/** The parts of a tool's definition that are pinned, as in the lock file. */
export const PARTS = [
  'title',
  'description',
  'inputSchema',
  'inputSchema.required',
  'outputSchema',
  'annotations',
  '_meta.ui',
] as const;

/** One of {@link PARTS}. */
export type Part = (typeof PARTS)[number];

/** The SHA-256 (hex) of each part that a definition has, over JSON with sorted keys and without white space. */
export type PartHashes = Readonly<Partial<Record<Part, string>>>;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Hashes the parts of a definition from a `tools/list` result. An absent part has no hash; null is a value. */
export function hashParts(tool: JsonObject): PartHashes {
  const hashes: Partial<Record<Part, string>> = {};
  for (const part of PARTS) {
    const value = valueOf(tool, part);
    if (value !== undefined) hashes[part] = sha256(canonicalJson(value));
  }
  return hashes;
}

/** One hash for all parts: equal if and only if all parts are. */
export const fingerprintOf = (hashes: PartHashes): string => sha256(PARTS.map((part) => hashes[part] ?? '').join('\n'));

function valueOf(tool: JsonObject, part: Part): unknown {
  switch (part) {
    case '_meta.ui':
      return within(memberOf(tool, '_meta'), 'ui');
    case 'inputSchema.required': {
      const required = within(memberOf(tool, 'inputSchema'), 'required');
      // The order has no meaning.
      return Array.isArray(required) ? required.map((one) => canonicalJson(one)).sort() : required;
    }
    case 'title':
    case 'description':
    case 'inputSchema':
    case 'outputSchema':
    case 'annotations':
      return memberOf(tool, part);
  }
}

const within = (value: unknown, key: string): unknown => (isJsonObject(value) ? memberOf(value, key) : undefined);
