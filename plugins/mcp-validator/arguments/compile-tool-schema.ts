import { type JsonObject, isJsonObject, memberOf } from '../../shared/json/json-object';
import { readStrictJson } from '../../shared/json/read-strict-json';
import { compileDocument } from '../json-schema/compile-document';
import { dialectOf } from '../json-schema/dialects';
import { Run } from '../json-schema/keywords/run';
import type { SchemaError } from '../params/protocol-methods';
import { findHeaderParameters, type HeaderParameter } from './header-parameters';

/** A tool's input schema, ready to judge the arguments of its calls. */
export interface ToolSchema {
  readonly check: (args: JsonObject) => SchemaError | undefined;
  /** Arguments that the client repeats in headers (`x-mcp-header`). */
  readonly headerParameters: readonly HeaderParameter[];
}

/** Or what is wrong with it, as a phrase that follows the schema's name. */
export type CompiledSchema =
  | {
      readonly ok: true;
      readonly schema: ToolSchema;
      /** Roughly the memory that it takes; the time to compile it grows with it. */
      readonly bytes: number;
    }
  | { readonly ok: false; readonly problem: string };

/** Bounds of a schema's text; descriptions count. */
const MAX_SCHEMA_BYTES = 65_536;
const SCHEMA_BOUNDS = { maxDepth: 64, maxValues: 20_000 };
const BYTES_PER_SCHEMA = 1500;
/** Of a pattern: RE2 takes some microseconds to make each. */
const BYTES_PER_INSTRUCTION = 100;

const failure = (problem: string): CompiledSchema => ({ ok: false, problem });

/**
 * Compiles a tool's inputSchema: JSON Schema 2020-12, or 2019-09 or draft-07 by `$schema`.
 *
 * A schema may come from anyone: what could stall the process is refused here (size, depth, number of schemas, size of
 * the patterns' programs, references out of the document), and a check that takes too many steps is given up.
 */
export function compileToolSchema(text: string): CompiledSchema {
  if (Buffer.byteLength(text) > MAX_SCHEMA_BYTES) return failure(`is longer than ${MAX_SCHEMA_BYTES} bytes`);
  const reading = readStrictJson(Buffer.from(text), SCHEMA_BOUNDS);
  if (!reading.ok) return failure(`is not strict JSON (${reading.fault} at byte ${reading.at})`);
  const root = reading.value;
  if (!isJsonObject(root) || !describesObjects(memberOf(root, 'type'))) {
    return failure('must be an object with type "object"');
  }
  const dialect = dialectOf(memberOf(root, '$schema'));
  if (!dialect) return failure('names a dialect in $schema besides 2020-12, 2019-09 and draft-07');
  const headerParameters = findHeaderParameters(root);
  if (!Array.isArray(headerParameters)) return failure(headerParameters.problem);
  const document = compileDocument(root, dialect);
  if (!document.ok) return document;
  const check = (args: JsonObject): SchemaError | undefined => document.checker(args, new Run());
  const { schemas, instructions } = document;
  const bytes = text.length * 2 + schemas * BYTES_PER_SCHEMA + instructions * BYTES_PER_INSTRUCTION;
  return { ok: true, schema: { check, headerParameters }, bytes };
}

/** Some servers announce an `anyOf` alone; arguments are an object whatever the schema says. */
const describesObjects = (type: unknown): boolean =>
  type === undefined || type === 'object' || (Array.isArray(type) && type.includes('object'));
