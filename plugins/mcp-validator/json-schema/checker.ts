import { type JsonObject, isJsonObject } from '../../shared/json/json-object';
import { addArrayChecks } from './keywords/arrays';
import { addCombinationChecks } from './keywords/combinations';
import type { CompileContext, Dialect } from './keywords/compile-context';
import { addAcceptedNumbersCheck, addConstantChecks } from './keywords/constants';
import { addNumberChecks } from './keywords/numbers';
import { addObjectChecks } from './keywords/objects';
import type { Run } from './keywords/run';
import { ANYTHING, NOTHING, SchemaNode, type Trial } from './keywords/schema-node';
import { addStringChecks } from './keywords/strings';
import { addAcceptedTypesCheck, addTypeCheck } from './keywords/types';
import { addUnevaluatedChecks } from './keywords/unevaluated';
import type { SchemaGraph } from './references';
import type { SchemaError } from './schema-error';

type Graph = Extract<SchemaGraph, { ok: true }>;

/** Checks a value; `run` counts the steps. Returns undefined if the value is valid. */
export type Checker = (value: unknown, run: Run) => SchemaError | undefined;

const TOO_LARGE: SchemaError = { pointer: '', problem: 'are too large to be checked against their schema' };

/**
 * Compiles a schema that is valid in its dialect.
 *
 * The schema is interpreted, not turned into code: compilation takes time and memory proportional to its text, and a check
 * counts its steps and stops if there are too many.
 */
export function compileChecker(
  root: JsonObject,
  { nodes, targetOf }: Graph,
  patternOf: CompileContext['patternOf'],
  dialect: Dialect,
): Checker {
  // All nodes exist before the first is filled, since they refer to each other.
  const compiled = new Map(nodes.map((schema) => [schema, new SchemaNode()]));
  const trialOf = (schema: unknown): Trial =>
    isJsonObject(schema) ? (compiled.get(schema) ?? NOTHING) : schema === true ? ANYTHING : NOTHING;
  const context: CompileContext = { dialect, trialOf, targetOf, patternOf };
  for (const [schema, node] of compiled) {
    fill(node, schema, context);
    node.countSteps();
  }
  const trial = trialOf(root);
  return (value, run) => {
    const isValid = trial.accepts(value, run, undefined);
    if (run.isSpent) return TOO_LARGE;
    return isValid ? undefined : { pointer: pointerOf(run.path), problem: run.problem };
  };
}

function fill(node: SchemaNode, schema: JsonObject, context: CompileContext): void {
  const target = context.targetOf(schema);
  if (target !== undefined && context.dialect === 'draft-07') {
    // In draft-07 a reference replaces the whole schema (core 8.3).
    const trial = context.trialOf(target);
    node.combined.push((value, run, evaluated) => trial.accepts(value, run, evaluated));
    return;
  }
  addTypeCheck(schema, node);
  addAcceptedTypesCheck(schema, node);
  addConstantChecks(schema, node);
  addAcceptedNumbersCheck(schema, node);
  addNumberChecks(schema, node);
  addStringChecks(schema, node, context);
  addArrayChecks(schema, node, context);
  addObjectChecks(schema, node, context);
  addCombinationChecks(schema, node, context);
  addUnevaluatedChecks(schema, node, context);
}

const pointerOf = (path: Run['path'] = []): string =>
  path
    .map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .reverse()
    .join('');
