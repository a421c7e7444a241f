import { type JsonObject, isJsonObject, memberOf } from '../../../shared/json/json-object';
import type { CompileContext } from './compile-context';
import { Evaluated } from './evaluated';
import { NearestFailure } from './nearest-failure';
import type { SchemaNode, Trial } from './schema-node';

/** The keywords that apply other schemas to the same value. */
export function addCombinationChecks(schema: JsonObject, node: SchemaNode, context: CompileContext): void {
  const { dialect, trialOf, targetOf } = context;
  const listOf = (keyword: string): readonly Trial[] => {
    const list = memberOf(schema, keyword);
    return Array.isArray(list) ? list.map(trialOf) : [];
  };
  const target = targetOf(schema);
  for (const trial of [...(target === undefined ? [] : [trialOf(target)]), ...listOf('allOf')]) {
    node.combined.push((value, run, evaluated) => trial.accepts(value, run, evaluated));
  }
  addAnyOf(listOf('anyOf'), node);
  addOneOf(listOf('oneOf'), node);
  addNot(memberOf(schema, 'not'), node, context);
  addIf(schema, node, context);
  addDependent(memberOf(schema, 'dependencies'), node, context);
  if (dialect !== 'draft-07') addDependent(memberOf(schema, 'dependentSchemas'), node, context);
}

function addAnyOf(trials: readonly Trial[], node: SchemaNode): void {
  if (trials.length === 0) return;
  node.combined.push((value, run, evaluated) => {
    let nearest: NearestFailure | undefined;
    let isValid = false;
    for (const trial of trials) {
      const own = evaluated && new Evaluated();
      if (trial.accepts(value, run, own)) {
        isValid = true;
        if (!own) return true;
        evaluated.addAll(own, run);
      } else if (!isValid) (nearest ??= new NearestFailure()).note(run);
    }
    return isValid || (nearest?.report(run, 'must match a schema in anyOf') ?? false);
  });
}

function addOneOf(trials: readonly Trial[], node: SchemaNode): void {
  if (trials.length === 0) return;
  const problem = 'must match exactly one schema in oneOf';
  node.combined.push((value, run, evaluated) => {
    let nearest: NearestFailure | undefined;
    let found: Evaluated | boolean = false;
    for (const trial of trials) {
      const own = evaluated && new Evaluated();
      if (!trial.accepts(value, run, own)) (nearest ??= new NearestFailure()).note(run);
      else if (found !== false) return run.fail(problem);
      else found = own ?? true;
    }
    if (found === false) return nearest?.report(run, problem) ?? false;
    if (found !== true) evaluated?.addAll(found, run);
    return true;
  });
}

function addNot(schema: unknown, node: SchemaNode, { trialOf }: CompileContext): void {
  if (schema === undefined) return;
  const trial = trialOf(schema);
  node.combined.push((value, run) => !trial.accepts(value, run, undefined) || run.fail('must NOT be valid'));
}

function addIf(schema: JsonObject, node: SchemaNode, { trialOf }: CompileContext): void {
  const condition = memberOf(schema, 'if');
  if (condition === undefined) return;
  const branch = (keyword: string): Trial | undefined =>
    Object.hasOwn(schema, keyword) ? trialOf(schema[keyword]) : undefined;
  const [trial, then, otherwise] = [trialOf(condition), branch('then'), branch('else')];
  node.combined.push((value, run, evaluated) => {
    if (!then && !otherwise && !evaluated) return true;
    const own = evaluated && new Evaluated();
    if (!trial.accepts(value, run, own)) return otherwise?.accepts(value, run, evaluated) ?? true;
    if (own) evaluated.addAll(own, run);
    return then?.accepts(value, run, evaluated) ?? true;
  });
}

/** Schemas that apply if a member is present; lists in `dependencies` are checked with the keywords of objects. */
function addDependent(dependencies: unknown, node: SchemaNode, { trialOf }: CompileContext): void {
  if (!isJsonObject(dependencies)) return;
  const trials = Object.entries(dependencies)
    .filter(([, schema]) => !Array.isArray(schema))
    .map(([name, schema]) => [name, trialOf(schema)] as const);
  if (trials.length === 0) return;
  node.object.push((value, run, evaluated) => {
    if (!run.spend(trials.length)) return false;
    return trials.every(([name, trial]) => !Object.hasOwn(value, name) || trial.accepts(value, run, evaluated));
  });
}
