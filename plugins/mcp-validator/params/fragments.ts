/** A JSON Schema as a plain value. */
export type Schema = Readonly<Record<string, unknown>>;

/** An object with these members; `required` must be present, other members are allowed. */
export const object = (
  properties: Readonly<Record<string, Schema>> = {},
  required: readonly string[] = [],
): Schema => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
});

/** An object with any keys, whose values have one schema. */
export const mapOf = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });

/** A list whose items have one schema. */
export const listOf = (items: Schema): Schema => ({ type: 'array', items });

/** A value that matches one of these. */
export const anyOf = (...schemas: readonly Schema[]): Schema => ({ anyOf: schemas });

/** One of these strings. */
export const oneOf = (...values: readonly string[]): Schema => ({ enum: values });

export const text: Schema = { type: 'string' };
export const number: Schema = { type: 'number' };
export const integer: Schema = { type: 'integer' };
export const boolean: Schema = { type: 'boolean' };
export const anyObject: Schema = { type: 'object' };
export const anything: Schema = {};

/** A request id or a progress token. */
export const token: Schema = { type: ['string', 'integer'] };

/** Opaque strings that a client sends back to the server; the protocol does not limit them, a gateway must. */
const MAX_CURSOR_LENGTH = 16_384;
const MAX_REQUEST_STATE_LENGTH = 262_144;

/** The next page of a list; opaque to the client. */
export const cursor: Schema = { type: 'string', maxLength: MAX_CURSOR_LENGTH };
/** What a server wants back when a request is repeated; opaque to the client. */
export const requestState: Schema = { type: 'string', maxLength: MAX_REQUEST_STATE_LENGTH };
