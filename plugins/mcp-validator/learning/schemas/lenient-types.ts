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
/** Formats of strings for which servers accept seconds too. */
const TIMES: ReadonlySet<unknown> = new Set(['date', 'date-time', 'duration', 'time']);

const isType = (type: unknown): type is JsonType => TYPES.has(type);

/** True for `nullable` of OpenAPI, which allows null. */
export const isNullable = (schema: JsonObject): boolean => memberOf(schema, 'nullable') === true;

/** The types that values of a schema may have; undefined if it has no `type`, or an unknown one. */
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
