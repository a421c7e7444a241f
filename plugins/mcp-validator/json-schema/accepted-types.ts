/**
 * The keyword for `type` as servers apply it in practice: servers in Python read `"5"` and `true` as numbers, `"yes"` and
 * `1` as booleans, and JSON text as a list, an object or null (pydantic's conversion table and the Python SDK).
 */
export const ACCEPTS = '$accepts';

/** The keyword for an `enum` of numbers. */
export const ACCEPTS_NUMBERS = '$acceptsNumbers';

/** The types of JSON Schema. */
export type JsonType = 'array' | 'boolean' | 'integer' | 'null' | 'number' | 'object' | 'string';

/** True if the value has the type, or servers convert it to the type. */
export function isAccepted(type: JsonType, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null || value === 'null';
    case 'string':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number' || typeof value === 'boolean' || isNumeric(value);
    case 'integer':
      return typeof value === 'number' ? Number.isInteger(value) : typeof value === 'boolean' || isWhole(value);
    case 'boolean':
      return typeof value === 'boolean' || value === 0 || value === 1 || isShort(value, TRUTH);
    case 'array':
      return Array.isArray(value) || isEnclosed(value, '[', ']');
    case 'object':
      return (typeof value === 'object' && value !== null && !Array.isArray(value)) || isEnclosed(value, '{', '}');
  }
}

const NUMBER = /^\s*[+-]?(?:(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|nan|inf|infinity)\s*$/i;
const TRUTH = /^(?:true|false|t|f|yes|no|y|n|on|off|1|0)$/i;
/** A longer string is neither a number nor a boolean: keeps the expressions cheap. */
const MAX_LENGTH = 64;

const isShort = (value: unknown, form: RegExp): value is string =>
  typeof value === 'string' && value.length <= MAX_LENGTH && form.test(value);

const isNumeric = (value: unknown): value is string => isShort(value, NUMBER);

const isWhole = (value: unknown): boolean => isNumeric(value) && Number.isInteger(Number(value.replaceAll('_', '')));

/** Recognises JSON text only by its ends: the server parses the rest. */
const isEnclosed = (value: unknown, open: string, close: string): boolean =>
  typeof value === 'string' && value.startsWith(open) && value.endsWith(close);
