import { type JsonObject, isJsonObject, memberOf } from '../../shared/json/json-object';
import { readStrictJson } from '../../shared/json/read-strict-json';
import { compileDocument } from '../json-schema/compile-document';
import { dialectOf } from '../json-schema/dialects';
import { Run } from '../json-schema/keywords/run';
import type { SchemaError } from '../json-schema/schema-error';
import { findHeaderParameters, type HeaderParameter } from './header-parameters';

/** The compiled input schema of a tool. */
export interface ToolSchema {
  readonly check: (args: JsonObject) => SchemaError | undefined;
  /** Arguments that the client repeats in headers (`x-mcp-header`). */
  readonly headerParameters: readonly HeaderParameter[];
}

/** A compiled schema, or what is wrong with it: a phrase that follows the name of the schema. */
export type CompiledSchema =
  | {
      readonly ok: true;
      readonly schema: ToolSchema;
      /** Estimate of the memory that it uses; the time to compile it grows with it. */
      readonly bytes: number;
    }
  | { readonly ok: false; readonly problem: string };

/** Bounds of the text of a schema, including descriptions. */
const MAX_SCHEMA_BYTES = 65_536;
const SCHEMA_BOUNDS = { maxDepth: 64, maxValues: 20_000 };
const BYTES_PER_SCHEMA = 1500;
/** RE2 takes some microseconds to compile each instruction of a pattern. */
const BYTES_PER_INSTRUCTION = 100;

const failure = (problem: string): CompiledSchema => ({ ok: false, problem });

/**
 * Compiles a tool's inputSchema: JSON Schema 2020-12, or 2019-09 or draft-07 by `$schema`.
 *
 * A schema may come from anyone: what could block the process is rejected here (size, depth, number of schemas, size
 * of the compiled patterns, references out of the document), and a check that takes too many steps is stopped.
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
  if (!dialect) return failure('has a $schema that is not 2020-12, 2019-09 or draft-07');
  const headerParameters = findHeaderParameters(root);
  if (!Array.isArray(headerParameters)) return failure(headerParameters.problem);
  const document = compileDocument(root, dialect);
  if (!document.ok) return document;
  const check = (args: JsonObject): SchemaError | undefined => document.checker(args, new Run());
  const { schemas, instructions } = document;
  const bytes = text.length * 2 + schemas * BYTES_PER_SCHEMA + instructions * BYTES_PER_INSTRUCTION;
  return { ok: true, schema: { check, headerParameters }, bytes };
}

/** Some servers announce a schema without type; arguments are an object in any case. */
const describesObjects = (type: unknown): boolean =>
  type === undefined || type === 'object' || (Array.isArray(type) && type.includes('object'));
