import { type JsonObject, isJsonObject, memberOf } from '../../shared/json/json-object';
import { readStrictJson } from '../../shared/json/read-strict-json';
import type { Checker } from './checker';
import { compileDocument } from './compile-document';
import { dialectOf } from './dialects';

/** A compiled schema with its document, or what is wrong with it: a phrase that follows the name of the schema. */
export type CompiledText =
  | {
      readonly ok: true;
      readonly checker: Checker;
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

/**
 * Compiles a schema of a tool from its JSON text: JSON Schema 2020-12, or 2019-09 or draft-07 by `$schema`.
 *
 * A schema may come from anyone: what could block the process is rejected here (size, depth, number of schemas, size
 * of the compiled patterns, references out of the document), and a check that takes too many steps is stopped.
 *
 * @param problemOf what else is wrong with the schema
 */
export function compileSchemaText(text: string, problemOf: (root: JsonObject) => string | undefined): CompiledText {
  const failure = (problem: string): CompiledText => ({ ok: false, problem });
  if (Buffer.byteLength(text) > MAX_SCHEMA_BYTES) return failure(`is longer than ${MAX_SCHEMA_BYTES} bytes`);
  const reading = readStrictJson(Buffer.from(text), SCHEMA_BOUNDS);
  if (!reading.ok) return failure(`is not strict JSON (${reading.fault} at byte ${reading.at})`);
  const root = reading.value;
  if (!isJsonObject(root)) return failure('must be an object');
  const problem = problemOf(root);
  if (problem !== undefined) return failure(problem);
  const dialect = dialectOf(memberOf(root, '$schema'));
  if (!dialect) return failure('has a $schema that is not 2020-12, 2019-09 or draft-07');
  const document = compileDocument(root, dialect);
  if (!document.ok) return document;
  const { schemas, instructions, checker } = document;
  const bytes = text.length * 2 + schemas * BYTES_PER_SCHEMA + instructions * BYTES_PER_INSTRUCTION;
  return { ok: true, checker, bytes };
}
