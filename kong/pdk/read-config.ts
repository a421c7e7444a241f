import type { ConfigOf, Field, Fields } from './fields';

/**
 * Converts the config that Kong sends to the declared type: fills in defaults, turns an empty Lua table (`{}`) into a list
 * where one is declared, and drops null.
 *
 * Does not validate, since Kong has done so. Drops members that are not declared, such as Kong's own `__plugin_id`,
 * `__key__`, `__seq__`.
 */
export function readConfig<F extends Fields>(fields: F, raw: Readonly<Record<string, unknown>>): ConfigOf<F> {
  return readRecord(fields, raw) as ConfigOf<F>;
}

function readRecord(fields: Fields, raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const config: Record<string, unknown> = {};
  for (const [name, declared] of Object.entries(fields)) {
    const value = readField(declared, Object.hasOwn(raw, name) ? raw[name] : undefined);
    if (value !== undefined) config[name] = value;
  }
  return config;
}

function readField(declared: Field, value: unknown): unknown {
  if (value === undefined || value === null) {
    if (declared.attributes.default !== undefined) return readField(declared, declared.attributes.default);
    // Kong fills a required record with the defaults of its fields (`Schema:process_auto_fields`).
    return declared.fields && declared.attributes.required ? readRecord(declared.fields, {}) : undefined;
  }
  const { elements, values, fields } = declared;
  if (elements) return Array.isArray(value) ? value.map((element) => readField(elements, element)) : [];
  if (typeof value !== 'object') return value;
  if (values) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, readField(values, entry)]));
  }
  return fields ? readRecord(fields, value as Record<string, unknown>) : value;
}
