import { isJsonObject, type JsonObject } from './json-object';

/** Parses JSON; undefined for anything that is not JSON. Never throws. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const nothing: JsonObject = {};

/** The value as an object; an empty object if it is not one. */
export const recordOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : nothing);

/** The value as a list; an empty list if it is not one. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** The value if it is a non-empty string, else undefined. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The value if it is a finite number, else undefined. */
export const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** The value if it is a count (a non-negative safe integer), else undefined. */
export const countOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

/** The value as JSON text; undefined if it has none or is nested too deeply. Never throws. */
export function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
