import { Ajv } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019';
import { Ajv2020 } from 'ajv/dist/2020';
import type { JsonObject } from '../../shared/json/json-object';
import type { Dialect } from './keywords/compile-context';
import { AJV_OPTIONS, toSchemaError } from './schema-error';

const URIS: ReadonlyMap<string, Dialect> = new Map([
  ['//json-schema.org/draft/2020-12/schema', '2020-12'],
  ['//json-schema.org/draft/2019-09/schema', '2019-09'],
  ['//json-schema.org/draft-07/schema', 'draft-07'],
]);

/** The dialect that `$schema` names; without `$schema` that of MCP. */
export function dialectOf(uri: unknown): Dialect | undefined {
  if (uri === undefined) return '2020-12';
  return typeof uri === 'string' ? URIS.get(uri.replace(/#$/, '').replace(/^https?:/, '')) : undefined;
}

const AJV = { 'draft-07': Ajv, '2019-09': Ajv2019, '2020-12': Ajv2020 } as const;
const validators = new Map<Dialect, Pick<Ajv, 'validateSchema' | 'errors'>>();

function validatorOf(dialect: Dialect): Pick<Ajv, 'validateSchema' | 'errors'> {
  const known = validators.get(dialect);
  if (known) return known;
  const validator = new AJV[dialect](AJV_OPTIONS);
  // Duplicate names or values do no harm, and to find them would take time.
  validator.removeKeyword('uniqueItems');
  validators.set(dialect, validator);
  return validator;
}

/** Checks a schema against the meta-schema of its dialect; returns the problem. */
export function metaProblem(root: JsonObject, dialect: Dialect): string | undefined {
  // The dialect is known, and ajv would try to resolve the `$id`.
  const schema = Object.entries(root).filter(([keyword]) => keyword !== '$id' && keyword !== '$schema');
  const validator = validatorOf(dialect);
  if (validator.validateSchema(Object.fromEntries(schema)) === true) return undefined;
  const { pointer, problem } = toSchemaError(validator.errors);
  return `is not a valid schema: ${pointer} ${problem}`;
}
