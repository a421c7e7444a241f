import { type JsonObject, memberOf } from '../../../shared/json/json-object';
import type { JsonType } from '../../json-schema/accepted-types';

const TYPES: ReadonlySet<unknown> = new Set<JsonType>([
  'array',
  'boolean',
  'integer',
  'null',
  'number',
  'object',
  'string',
]);
/** Announced as texts of this format, taken as seconds too. */
const TIMES: ReadonlySet<unknown> = new Set(['date', 'date-time', 'duration', 'time']);

const isType = (type: unknown): type is JsonType => TYPES.has(type);

/** OpenAPI's way to allow null. */
export const isNullable = (schema: JsonObject): boolean => memberOf(schema, 'nullable') === true;

/** The types that a schema's values may have; undefined where it does not say, or says what no draft knows. */
export function acceptedTypes(schema: JsonObject): readonly JsonType[] | undefined {
  const own = memberOf(schema, 'type');
  const listed: readonly unknown[] = Array.isArray(own) ? own : [own];
  const types = listed.filter(isType);
  if (types.length === 0 || types.length < listed.length) return undefined;
  const isTime = types.includes('string') && TIMES.has(memberOf(schema, 'format'));
  return [
    ...new Set<JsonType>([
      ...types,
      ...(isTime ? (['number'] as const) : []),
      ...(isNullable(schema) ? (['null'] as const) : []),
    ]),
  ];
}
