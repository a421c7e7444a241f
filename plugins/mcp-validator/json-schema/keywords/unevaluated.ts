import { type JsonObject, isJsonObject, memberOf } from '../../../shared/json/json-object';
import type { CompileContext } from './compile-context';
import type { SchemaNode } from './schema-node';

/** `unevaluatedProperties` and `unevaluatedItems`, which draft-07 does not have. */
export function addUnevaluatedChecks(schema: JsonObject, node: SchemaNode, { dialect, trialOf }: CompileContext): void {
  if (dialect === 'draft-07') return;
  const properties = memberOf(schema, 'unevaluatedProperties');
  if (properties !== undefined) {
    const trial = trialOf(properties);
    node.unevaluated.push((value, run, evaluated) => {
      if (!isJsonObject(value)) return true;
      for (const name of run.namesOf(value)) {
        if (evaluated?.hasName(name)) continue;
        if (properties === false) return run.fail('must NOT have unevaluated properties');
        if (!trial.accepts(value[name], run, undefined)) return run.inside(name);
      }
      evaluated?.addAllNames();
      return true;
    });
  }
  const items = memberOf(schema, 'unevaluatedItems');
  if (items !== undefined) {
    const trial = trialOf(items);
    node.unevaluated.push((value, run, evaluated) => {
      if (!Array.isArray(value)) return true;
      if (!run.spend(value.length)) return false;
      for (const [i, item] of value.entries()) {
        if (evaluated?.hasItem(i)) continue;
        if (items === false) return run.fail('must NOT have unevaluated items');
        if (!trial.accepts(item, run, undefined)) return run.inside(i);
      }
      evaluated?.addItemsBefore(value.length);
      return true;
    });
  }
}
