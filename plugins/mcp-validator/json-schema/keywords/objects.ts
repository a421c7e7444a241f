import { type JsonObject, isJsonObject, memberOf } from '../../../shared/json/json-object';
import { listValues } from '../list-values';
import type { CompileContext } from './compile-context';
import type { Check, SchemaNode, Trial } from './schema-node';

const FEW_NAMES = 16;

/** The keywords of objects, except `unevaluatedProperties`. */
export function addObjectChecks(schema: JsonObject, node: SchemaNode, context: CompileContext): void {
  addRequiredCheck(schema, node);
  addCountChecks(schema, node);
  addDependencyCheck(memberOf(schema, 'dependencies'), node);
  if (context.dialect !== 'draft-07') addDependencyCheck(memberOf(schema, 'dependentRequired'), node);
  addNamesCheck(schema, node, context);
  addMembersCheck(schema, node, context);
}

function addRequiredCheck(schema: JsonObject, node: SchemaNode): void {
  const required = memberOf(schema, 'required');
  if (!Array.isArray(required) || required.length === 0) return;
  const names = required as readonly string[];
  node.object.push((value, run) => {
    if (!run.spend(names.length)) return false;
    for (const name of names) {
      if (!Object.hasOwn(value, name)) return run.fail(`must have required property '${name}'`);
    }
    return true;
  });
}

function addCountChecks(schema: JsonObject, node: SchemaNode): void {
  const min = memberOf(schema, 'minProperties');
  const max = memberOf(schema, 'maxProperties');
  if (typeof min !== 'number' && typeof max !== 'number') return;
  node.object.push((value, run) => {
    const { length } = run.namesOf(value);
    if (run.isSpent) return false;
    if (typeof min === 'number' && length < min) return run.fail(`must NOT have fewer than ${min} properties`);
    return typeof max !== 'number' || length <= max || run.fail(`must NOT have more than ${max} properties`);
  });
}

/** Names that one member requires; schemas in `dependencies` are checked with the combinations. */
function addDependencyCheck(dependencies: unknown, node: SchemaNode): void {
  if (!isJsonObject(dependencies)) return;
  const lists = Object.entries(dependencies).filter((entry): entry is [string, string[]] => Array.isArray(entry[1]));
  if (lists.length === 0) return;
  const size = lists.reduce((sum, [, names]) => sum + 1 + names.length, 0);
  node.object.push((value, run) => {
    if (!run.spend(size)) return false;
    for (const [name, needed] of lists) {
      const missing = Object.hasOwn(value, name) ? needed.find((one) => !Object.hasOwn(value, one)) : undefined;
      if (missing !== undefined) return run.fail(`must have property ${missing} when property ${name} is present`);
    }
    return true;
  });
}

function addNamesCheck(schema: JsonObject, node: SchemaNode, { trialOf }: CompileContext): void {
  const names = memberOf(schema, 'propertyNames');
  if (names === undefined || names === true) return;
  const trial = trialOf(names);
  node.object.push((value, run) => {
    for (const name of run.namesOf(value)) {
      if (!trial.accepts(name, run, undefined)) return run.fail(`has a property whose name ${run.problem}`);
    }
    return true;
  });
}

/** `properties`, `patternProperties` and `additionalProperties`: the schemas of each member. */
function addMembersCheck(schema: JsonObject, node: SchemaNode, { trialOf, patternOf }: CompileContext): void {
  const named = new Map(entriesOf(schema, 'properties').map(([name, inner]) => [name, trialOf(inner)]));
  const patterns = entriesOf(schema, 'patternProperties').map(([source, inner]) => ({
    pattern: patternOf(source),
    trial: trialOf(inner),
  }));
  const additional = memberOf(schema, 'additionalProperties');
  const rest = additional === undefined ? undefined : trialOf(additional);
  if (named.size === 0 && patterns.length === 0 && !rest) return;
  if (patterns.length === 0 && !rest && named.size <= FEW_NAMES) {
    node.object.push(fewMembersCheck([...named]));
    return;
  }
  const unexpected =
    additional === false && `must NOT have additional properties${allowedNames([...named.keys()], patterns.length)}`;
  const check: Check<JsonObject> = (value, run, evaluated) => {
    for (const name of run.namesOf(value)) {
      const member = value[name];
      const own = named.get(name);
      let isKnown = own !== undefined;
      if (own && !own.accepts(member, run, undefined)) return run.inside(name);
      for (const { pattern, trial } of patterns) {
        if (!run.spend(pattern.steps(name))) return false;
        if (!pattern.test(name)) continue;
        isKnown = true;
        if (!trial.accepts(member, run, undefined)) return run.inside(name);
      }
      if (!isKnown && rest) {
        if (unexpected !== false) return run.fail(unexpected);
        if (!rest.accepts(member, run, undefined)) return run.inside(name);
        isKnown = true;
      }
      if (isKnown) evaluated?.addName(name);
    }
    return true;
  };
  node.object.push(check);
}

/** Iterates over the names of the schema instead of those of the value: the common case, and faster. */
function fewMembersCheck(named: readonly (readonly [string, Trial])[]): Check<JsonObject> {
  return (value, run, evaluated) => {
    if (!run.spend(named.length)) return false;
    for (const [name, trial] of named) {
      if (!Object.hasOwn(value, name)) continue;
      if (!trial.accepts(value[name], run, undefined)) return run.inside(name);
      evaluated?.addName(name);
    }
    return true;
  };
}

/** Lists the names of the schema, never those of the caller. */
const allowedNames = (names: readonly string[], patterns: number): string =>
  names.length > 0 && patterns === 0 ? `; allowed: ${listValues(names)}` : '';

function entriesOf(schema: JsonObject, keyword: string): readonly (readonly [string, unknown])[] {
  const map = memberOf(schema, keyword);
  return isJsonObject(map) ? Object.entries(map) : [];
}
