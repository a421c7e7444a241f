import { Ajv, type AnySchemaObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019';
import { Ajv2020 } from 'ajv/dist/2020';
import { readStrictJson } from '../../shared/json/read-strict-json';
import { isJsonObject, memberOf, type JsonObject } from '../../shared/json-rpc/message';
import { AJV_OPTIONS, toSchemaError, type SchemaError } from '../params/catalogue';
import { useAcceptedTypes } from './accepted-types';
import { isTooMuch, MAX_STEPS, sizeOf } from './argument-size';
import { findHeaderParameters, type HeaderParameter } from './header-parameters';
import { resolveReferences } from './references';
import { compilePattern, PatternBudget, PatternBudgetSpent } from './regular-expression';
import { costOf } from './schema-cost';
import { useLinearUniqueItems } from './unique-items';

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
      /** Characters of the program that judges the arguments. */
      readonly codeLength: number;
    }
  | { readonly ok: false; readonly problem: string };

/** Bounds of a schema's text; descriptions count. */
const MAX_SCHEMA_BYTES = 65_536;
const SCHEMA_BOUNDS = { maxDepth: 32, maxValues: 20_000 };

const DIALECTS = [
  ['https://json-schema.org/draft/2020-12/schema', Ajv2020],
  ['https://json-schema.org/draft/2019-09/schema', Ajv2019],
  ['http://json-schema.org/draft-07/schema', Ajv],
] as const;

type AjvClass = (typeof DIALECTS)[number][1];

const failure = (problem: string): CompiledSchema => ({ ok: false, problem });

/**
 * Compiles a tool's inputSchema: JSON Schema 2020-12, or 2019-09 or draft-07 by `$schema`.
 *
 * A schema may come from anyone: what could stall the process is refused here (size, depth, number of schemas,
 * patterns that RE2 does not take, references out of the document), and the check refuses arguments that the schema
 * could be slow on. `maxDepth` is that of the arguments.
 */
export function compileToolSchema(text: string, maxDepth: number): CompiledSchema {
  if (Buffer.byteLength(text) > MAX_SCHEMA_BYTES) return failure(`is longer than ${MAX_SCHEMA_BYTES} bytes`);
  const reading = readStrictJson(Buffer.from(text), SCHEMA_BOUNDS);
  if (!reading.ok) return failure(`is not strict JSON (${reading.fault} at byte ${reading.at})`);
  const root = reading.value;
  if (!isJsonObject(root) || memberOf(root, 'type') !== 'object')
    return failure('must be an object with type "object"');
  const dialect = dialectOf(memberOf(root, '$schema'));
  if (!dialect) return failure('names a dialect in $schema besides 2020-12, 2019-09 and draft-07');
  const graph = resolveReferences(root);
  if (!graph.ok) return graph;
  if (!graph.nodes.every(hasLinearPatterns)) {
    return failure('has a pattern that is too long, or that RE2 does not support (lookaround, backreferences)');
  }
  const cost = costOf(root, graph, maxDepth);
  if ('problem' in cost) return failure(cost.problem);
  const headerParameters = findHeaderParameters(root);
  if (!Array.isArray(headerParameters)) return failure(headerParameters.problem);
  const budget = new PatternBudget(MAX_STEPS);
  const compiled = compile(root, dialect, budget);
  if (typeof compiled === 'string') return failure(compiled);
  const { validate, codeLength } = compiled;
  const check = (args: JsonObject): SchemaError | undefined => {
    if (isTooMuch(cost, sizeOf(args))) return TOO_LARGE;
    budget.refill();
    try {
      return validate(args) ? undefined : toSchemaError(validate.errors);
    } catch (error) {
      if (error instanceof PatternBudgetSpent) return TOO_LARGE;
      throw error;
    }
  };
  return { ok: true, schema: { check, headerParameters }, codeLength };
}

const TOO_LARGE: SchemaError = { pointer: '', problem: 'are too large to be checked by their schema' };

function dialectOf(uri: unknown): AjvClass | undefined {
  if (uri === undefined) return Ajv2020;
  if (typeof uri !== 'string') return undefined;
  const name = uri.replace(/#$/, '').replace(/^https?:/, '');
  return DIALECTS.find(([known]) => known.replace(/^https?:/, '') === name)?.[1];
}

function hasLinearPatterns(schema: JsonObject): boolean {
  const own = memberOf(schema, 'pattern');
  const keyed = memberOf(schema, 'patternProperties');
  const sources = [...(typeof own === 'string' ? [own] : []), ...(isJsonObject(keyed) ? Object.keys(keyed) : [])];
  return sources.every((source) => compilePattern(source) !== undefined);
}

/** Makes ajv's patterns linear; it asks for each pattern at compile time, when all are known to compile. */
function regExpEngine(budget: PatternBudget) {
  const engine = (source: string): { test: (text: string) => boolean } => {
    const pattern = compilePattern(source);
    if (!pattern) throw new Error('unsupported pattern');
    return budget.limit(pattern);
  };
  // ajv writes this name into standalone code, which is not made here.
  engine.code = 'linear';
  return engine;
}

interface Program {
  readonly validate: ValidateFunction;
  readonly codeLength: number;
}

function compile(root: JsonObject, Dialect: AjvClass, budget: PatternBudget): Program | string {
  // A document's own name has no use without a network, and the dialect is chosen.
  const schema: AnySchemaObject = Object.fromEntries(
    Object.entries(root).filter(([keyword]) => keyword !== '$id' && keyword !== '$schema'),
  );
  const problem = metaProblem(schema, Dialect);
  if (problem !== undefined) return problem;
  let codeLength = 0;
  const measure = (code: string): string => {
    codeLength += code.length;
    return code;
  };
  const options: Options = {
    ...AJV_OPTIONS,
    meta: false,
    validateSchema: false,
    code: { regExp: regExpEngine(budget), process: measure },
  };
  try {
    // An instance for each schema: what one defines is not there for another.
    const ajv = new Dialect(options);
    useLinearUniqueItems(ajv);
    useAcceptedTypes(ajv);
    const validate = ajv.compile(schema);
    return { validate, codeLength };
  } catch {
    return 'can not be compiled';
  }
}

const metaValidators = new Map<AjvClass, InstanceType<AjvClass>>();

/** What the dialect's own schema has against it. */
function metaProblem(schema: AnySchemaObject, Dialect: AjvClass): string | undefined {
  let meta = metaValidators.get(Dialect);
  if (!meta) metaValidators.set(Dialect, (meta = new Dialect(AJV_OPTIONS)));
  if (meta.validateSchema(schema) === true) return undefined;
  const { pointer, problem } = toSchemaError(meta.errors);
  return `is not a valid schema: ${pointer} ${problem}`;
}
