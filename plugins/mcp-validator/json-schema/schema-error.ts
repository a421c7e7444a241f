import type { ErrorObject, Options } from 'ajv';
import { listValues } from './list-values';

/** Where a value breaks a schema, and which rule it breaks. */
export interface SchemaError {
  /** JSON pointer into the value; empty for the value itself. */
  readonly pointer: string;
  /** What the keyword requires, without any value of the client. */
  readonly problem: string;
}

/**
 * How ajv compiles the schemas of the protocol and of JSON Schema itself: no coercion, no defaults, own properties only,
 * stop at the first error.
 *
 * Formats are not checked: servers accept URIs that the common regular expressions reject.
 */
export const AJV_OPTIONS: Options = {
  strict: false,
  strictNumbers: true,
  ownProperties: true,
  allErrors: false,
  validateFormats: false,
  logger: false,
};

/** Converts the last of ajv's errors, which is the keyword (such as `anyOf`) that sums up the others. */
export function toSchemaError(errors: readonly ErrorObject[] | null | undefined): SchemaError {
  const error = errors?.[errors.length - 1];
  return { pointer: error?.instancePath ?? '', problem: error ? problemOf(error) : 'is not allowed' };
}

function problemOf({ message = 'is not allowed', params }: ErrorObject): string {
  const { allowedValues, allowedValue, type } = params as Record<string, unknown>;
  if (Array.isArray(allowedValues)) return `${message}: ${listValues(allowedValues)}`;
  if (allowedValue !== undefined) return `must be equal to ${listValues([allowedValue])}`;
  return Array.isArray(type) ? `must be ${type.join(' or ')}` : message;
}
